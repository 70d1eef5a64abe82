import { Link } from '@tanstack/react-router';
import type { IconName } from './iconPaths.ts';
import { Icon } from './icons.tsx';
import classes from './list.module.css';
import type { Selection } from './listSelection.ts';
import { useStore } from './store.ts';

/** An action on one row of a list, without opening the row. */
export interface RowAction<Row> {
  readonly id: string;
  /** The text for screen readers and the tooltip: `Skip the next shipment`. */
  readonly label: string;
  readonly icon: IconName;
  /** Absent: the action applies to every row. */
  isFor?(row: Row): boolean;
  /** The address that the action opens. Absent: the action calls `run`. */
  to?(row: Row): string;
  run?(row: Row): void;
}

interface RowActionsProps<Row> {
  readonly row: Row;
  readonly index: number;
  readonly selection: Selection;
  readonly actions: readonly RowAction<Row>[];
}

/**
 * The actions of the row under the pointer and of the row with the cursor. It subscribes
 * separately, so a pointer that moves over the list does not render any cells again.
 */
export function RowActions<Row>({ row, index, selection, actions }: RowActionsProps<Row>) {
  const isShown = useStore(
    selection,
    ({ cursor, hovered }) => cursor === index || hovered === index,
  );
  if (!isShown) return null;
  return (
    <span role="gridcell" className={classes['actions']}>
      {actions
        .filter(({ isFor }) => isFor?.(row) ?? true)
        .map(({ id, label, icon, to, run }) =>
          to ? (
            <Link key={id} to={to(row)} aria-label={label} title={label}>
              <Icon name={icon} size={16} />
            </Link>
          ) : (
            <button
              key={id}
              type="button"
              aria-label={label}
              title={label}
              onClick={() => run?.(row)}
            >
              <Icon name={icon} size={16} />
            </button>
          ),
        )}
    </span>
  );
}
