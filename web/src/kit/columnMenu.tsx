import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { preferences } from '../shell/preferences.ts';
import { type Column, shownColumns } from './columns.ts';
import { Icon } from './icons.tsx';
import { useStore } from './store.ts';

/** The columns that a person chose for a list, kept in this browser. */
export function useColumns<Row>(list: string, all: readonly Column<Row>[]) {
  const chosen = useStore(preferences, (kept) => kept.columns[list]);
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

/** Which columns a list shows. */
export function ColumnMenu<Row>({
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
    <Menu closeOnItemClick={false}>
      <Menu.Target>
        <Tooltip label="Columns">
          <ActionIcon aria-label="Columns">
            <Icon name="columns" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ id, label }) => (
          <Menu.Item
            key={id}
            role="menuitemcheckbox"
            aria-checked={shown.includes(id)}
            leftSection={shown.includes(id) ? <Icon name="check" size={15} /> : <i />}
            onClick={() => toggle(id)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onChoose(undefined)}>As usual</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
