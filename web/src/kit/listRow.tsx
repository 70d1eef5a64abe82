import { Component, memo, type ReactNode } from 'react';
import type { Column } from './columns.ts';
import classes from './list.module.css';
import type { Selection } from './listSelection.ts';
import { type RowAction, RowActions } from './rowActions.tsx';
import { useStore } from './store.ts';

interface RowProps {
  readonly id: string;
  readonly index: number;
  readonly top: number;
  /** Undefined: it is being read. */
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
        <RowBoundary row={row}>
          <Cells row={row} columns={columns} />
          <RowActions row={row} index={index} selection={selection} actions={actions} />
        </RowBoundary>
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

interface BoundaryProps {
  readonly row: unknown;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly row: unknown;
  readonly message?: string | undefined;
}

/** A row that cannot be shown says so, and the others stay. */
class RowBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { row: this.props.row };

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  /** The element may show another row now. */
  static getDerivedStateFromProps({ row }: BoundaryProps, state: BoundaryState) {
    return row === state.row ? null : { row, message: undefined };
  }

  override render() {
    if (this.state.message === undefined) return this.props.children;
    return (
      <span role="gridcell" className={classes['odd']}>
        This row cannot be shown: {this.state.message}
      </span>
    );
  }
}
