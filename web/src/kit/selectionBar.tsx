import { Button, Menu } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useState } from 'react';
import classes from './bulk.module.css';
import { type BulkAction, bulkMax } from './bulk.ts';
import { BulkDialog } from './bulkDialog.tsx';
import { Icon } from './icons.tsx';
import type { ListResult } from './list.tsx';
import { ListExport, saveRows } from './listExport.tsx';
import { loadedRows, type ReadPage } from './listQuery.ts';
import type { Selection } from './listSelection.ts';
import { useStore } from './store.ts';

/** The actions on the selected rows of a list, or on all loaded ones. */
export function SelectionBar<Row extends object>({
  what,
  result,
  selection,
  actions = [],
  keyOf,
  readPage,
}: {
  /** The name of the rows, in the plural and lower case. */
  readonly what: string;
  readonly result: ListResult<Row>;
  /** Reads the whole list, page by page. */
  readonly readPage: ReadPage<Row>;
  readonly selection: Selection;
  readonly actions?: readonly BulkAction<Row>[] | undefined;
  keyOf(row: Row): string;
}) {
  const selected = useStore(selection, (place) => place.selected);
  const { rows: loaded } = loadedRows(result.data);
  const rows = selected.size === 0 ? [] : loaded.filter((row) => selected.has(keyOf(row)));
  const [open, setOpen] = useState<BulkAction<Row>>();
  const clipboard = useClipboard({ timeout: 1500 });
  const dialogs = (
    <>
      <ListExport what={what} result={result} selected={rows} readPage={readPage} />
      {/* The dialog keeps the rows for which it was opened. */}
      {open && (
        <BulkDialog action={open} what={what} rows={rows} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
  if (rows.length === 0) return dialogs;
  return (
    <section className={classes['bar']} aria-label={`Selected ${what}`}>
      <strong role="status">{rows.length} selected</strong>
      {rows.length <= bulkMax ? (
        <Actions actions={actions} onOpen={setOpen} />
      ) : (
        <span>At most {bulkMax} can be changed at once.</span>
      )}
      <Small
        words={clipboard.copied ? 'Copied' : 'Copy the ids'}
        onClick={() => clipboard.copy(rows.map(keyOf).join('\n'))}
      />
      <Small words="Save as CSV" onClick={() => saveRows(what, rows)} />
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        onClick={() => selection.update((place) => ({ ...place, selected: new Set() }))}
      >
        Clear the selection
      </Button>
      {dialogs}
    </section>
  );
}

/** The most frequent actions are buttons, the others are in a menu. */
function Actions<Row>({
  actions,
  onOpen,
}: {
  readonly actions: readonly BulkAction<Row>[];
  onOpen(action: BulkAction<Row>): void;
}) {
  const inMenu = actions.filter(({ isInMenu }) => isInMenu);
  return (
    <>
      {actions
        .filter(({ isInMenu }) => !isInMenu)
        .map((action) => (
          <Small key={action.id} words={action.button} onClick={() => onOpen(action)} />
        ))}
      {inMenu.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="compact-sm"
              variant="default"
              rightSection={<Icon name="down" size={14} />}
            >
              Change
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {inMenu.map((action) => (
              <Menu.Item key={action.id} onClick={() => onOpen(action)}>
                {action.button}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

const Small = ({ words, onClick }: { readonly words: string; onClick(): void }) => (
  <Button size="compact-sm" variant="default" onClick={onClick}>
    {words}
  </Button>
);
