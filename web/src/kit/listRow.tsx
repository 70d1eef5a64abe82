import { memo } from 'react';
import { Boundary, messageOf } from './boundary.tsx';
import type { Column } from './columns.ts';
import classes from './list.module.css';
import type { Selection } from './listSelection.ts';
import { type RowAction, RowActions } from './rowActions.tsx';
import { useStore } from './store.ts';

interface RowProps {
  readonly id: string;
  readonly index: number;
  readonly top: number;
  /** Undefined: the row is still loading. */
  readonly row: unknown;
  readonly rowKey: string;
  readonly columns: readonly Column<unknown>[];
  readonly selection: Selection;
  readonly actions: readonly RowAction<unknown>[];
}

/**
 * One row. It subscribes only to its own selection, so that the other rows are not rendered again.
 */
export const ListRow = memo(function ListRow(props: RowProps) {
  const { id, index, top, row, rowKey, columns, selection, actions } = props;
  const isCurrent = useStore(selection, ({ cursor }) => cursor === index);
  const isSelected = useStore(selection, ({ selected }) => selected.has(rowKey));
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-current={isCurrent || undefined}
      className={classes['row']}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" data-box="" className={classes['box']}>
        <i aria-hidden="true" />
        <span className="visually-hidden">{isSelected ? 'selected' : ''}</span>
      </span>
      {row === undefined ? (
        <span role="gridcell" className={classes['bone']}>
          <span className="visually-hidden">Loading</span>
        </span>
      ) : (
        <Boundary fallback={oddRow}>
          <Cells row={row} columns={columns} />
          <RowActions row={row} index={index} selection={selection} actions={actions} />
        </Boundary>
      )}
    </div>
  );
});

function Cells({
  row,
  columns,
}: {
  readonly row: unknown;
  readonly columns: readonly Column<unknown>[];
}) {
  return columns.map(({ id, cell, narrow, isNumber }) => (
    <span
      key={id}
      role="gridcell"
      className={classes['cell']}
      data-narrow={narrow}
      data-number={isNumber || undefined}
    >
      {cell(row)}
    </span>
  ));
}

/** A row that cannot be drawn shows a message, and the others stay. */
const oddRow = (error: unknown) => (
  <span role="gridcell" className={classes['odd']}>
    This row cannot be shown: {messageOf(error)}
  </span>
);
