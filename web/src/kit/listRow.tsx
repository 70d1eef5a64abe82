import { Component, memo, type ReactNode } from 'react';
import type { Column } from './columns.ts';
import classes from './list.module.css';
import type { Selection } from './listSelection.ts';
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
}

/**
 * One row. It subscribes only to its own selection, so that the other rows are not rendered again.
 */
export const ListRow = memo(function ListRow(props: RowProps) {
  const { id, index, top, row, rowKey, columns, selection } = props;
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
        <RowBoundary key={rowKey}>
          <Cells row={row} columns={columns} />
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

/** A row that cannot be shown says so, and the others stay. */
class RowBoundary extends Component<{ readonly children: ReactNode }, { message?: string }> {
  override state: { message?: string } = {};

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
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
