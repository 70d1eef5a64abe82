import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { memo, useCallback, useMemo } from 'react';
import { preferences } from '../shell/preferences.ts';
import { type Column, shownColumns } from './columns.ts';
import { Icon } from './icons.tsx';
import { useStore } from './store.ts';

/**
 * The person's columns of a list, stored on the server. `list` names the list, or one saved view of
 * it; `saved` has the columns of that view.
 */
export function useColumns<Row>(
  list: string,
  all: readonly Column<Row>[],
  saved?: readonly string[],
) {
  const chosen = useStore(preferences, (kept) => kept.columns[list]) ?? saved;
  const columns = useMemo(() => shownColumns(all, chosen), [all, chosen]);
  const choose = useCallback(
    (ids: readonly string[] | undefined) =>
      preferences.update(({ columns: { [list]: _, ...others }, ...rest }) => ({
        ...rest,
        columns: ids ? { ...others, [list]: ids } : others,
      })),
    [list],
  );
  return { columns, chosen, choose };
}

/** The menu of a list's columns and row height. */
export const ColumnMenu = memo(ColumnChoices) as typeof ColumnChoices;

function ColumnChoices<Row>({
  columns,
  chosen,
  onChoose,
}: {
  readonly columns: readonly Column<Row>[];
  readonly chosen: readonly string[] | undefined;
  onChoose(ids: readonly string[] | undefined): void;
}) {
  const shown = shownColumns(columns, chosen).map(({ id }) => id);
  const toggle = (id: string) =>
    onChoose(shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id]);
  return (
    <Menu closeOnItemClick={false} alignItemsLabels="all">
      <Menu.Target>
        <Tooltip label="Columns">
          <ActionIcon aria-label="Columns">
            <Icon name="columns" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ id, label }) => (
          <Menu.CheckboxItem key={id} checked={shown.includes(id)} onChange={() => toggle(id)}>
            {label}
          </Menu.CheckboxItem>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onChoose(undefined)}>Usual columns</Menu.Item>
        <Menu.Divider />
        <CompactRows />
      </Menu.Dropdown>
    </Menu>
  );
}

function CompactRows() {
  const isCompact = useStore(preferences, ({ density }) => density === 'compact');
  return (
    <Menu.CheckboxItem
      checked={isCompact}
      onChange={() =>
        preferences.update((before) => ({
          ...before,
          density: isCompact ? 'comfortable' : 'compact',
        }))
      }
    >
      Compact rows
    </Menu.CheckboxItem>
  );
}
