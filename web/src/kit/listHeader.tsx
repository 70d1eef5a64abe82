import type { Column } from './columns.ts';
import { Icon } from './icons.tsx';
import classes from './list.module.css';

/** The names of the columns; sortable ones are buttons. */
export function ListHeader<Row>({
  columns,
  sort,
  onSort,
}: {
  readonly columns: readonly Column<Row>[];
  readonly sort: string | undefined;
  onSort(field: string): void;
}) {
  return (
    <div role="rowgroup" className={classes['header']}>
      <div role="row" aria-rowindex={1} className={classes['headerRow']}>
        <span role="columnheader">
          <span className="visually-hidden">Selected</span>
        </span>
        {columns.map(({ id, label, sort: field, isNumber }) => (
          <span
            key={id}
            role="columnheader"
            data-number={isNumber || undefined}
            aria-sort={sortOf(sort, field)}
          >
            {field === undefined ? (
              label
            ) : (
              <button type="button" onClick={() => onSort(field)}>
                {label}
                {sort === field && <Icon name="up" size={14} />}
                {sort === `-${field}` && <Icon name="down" size={14} />}
              </button>
            )}
          </span>
        ))}
      </div>
    </div>
  );
}

function sortOf(sort: string | undefined, field: string | undefined) {
  if (field === undefined) return undefined;
  if (sort === field) return 'ascending' as const;
  return sort === `-${field}` ? ('descending' as const) : ('none' as const);
}
