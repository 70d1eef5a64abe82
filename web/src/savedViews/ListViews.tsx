import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import type { UrlState } from '../kit/urlCodec.ts';
import { isSameView, type View } from '../kit/views.ts';
import { ViewTabs } from '../kit/viewTabs.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { type ListKind, lists } from './lists.ts';
import classes from './savedViews.module.css';
import type { SavedView } from './savedViews.ts';
import { ViewDialog } from './ViewDialog.tsx';
import { useViewWrites } from './viewWrites.ts';

/** The views of a list as tabs: the standard ones, the person's own, and those of colleagues. */
export function ListViews({
  kind,
  views,
  saved,
  state,
  columns,
}: {
  readonly kind: ListKind;
  readonly views: readonly View[];
  /** The saved views of this list. */
  readonly saved: readonly SavedView[];
  readonly state: UrlState;
  /** The chosen columns, which are saved with the view. */
  readonly columns: readonly string[] | undefined;
}) {
  const [dialog, setDialog] = useState<'save' | 'rename'>();
  const writes = useViewWrites(kind, saved);
  const all = useMemo(() => [...views, ...saved], [views, saved]);
  const current = saved.find((view) => isSameView(view.state, state));
  const isNew = !all.some((view) => isSameView(view.state, state));
  useCommands({ 'list.saveView': () => setDialog('save') });
  return (
    <div className={classes['views']}>
      <ViewTabs views={all} path={lists[kind].path} state={state} />
      {current?.isOwn && (
        <ViewMenu view={current} onRename={() => setDialog('rename')} writes={writes} />
      )}
      {isNew && (
        <Button size="compact-sm" variant="default" onClick={() => setDialog('save')}>
          Save view
        </Button>
      )}
      {dialog && (
        <ViewDialog
          saved={saved}
          view={dialog === 'rename' ? current : undefined}
          onClose={() => setDialog(undefined)}
          onSave={(draft) =>
            dialog === 'rename' && current
              ? writes.change(current, { name: draft.name, shared: draft.isShared })
              : writes.save(draft, state, columns)
          }
        />
      )}
    </div>
  );
}

function ViewMenu({
  view,
  onRename,
  writes,
}: {
  readonly view: SavedView;
  onRename(): void;
  readonly writes: ReturnType<typeof useViewWrites>;
}) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`Change the view ${view.label}`}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onRename}>Rename …</Menu.Item>
        <Menu.Item onClick={() => void writes.share(view)}>
          {view.isShared ? 'Show it to me alone' : 'Share it with colleagues'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="red" onClick={() => void writes.remove(view)}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
