import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { useMemo } from 'react';
import type { UrlState } from '../kit/urlCodec.ts';
import { toast } from '../shell/toasts.tsx';
import type { ListKind } from './lists.ts';
import { deleteView, insertView, replaceView, updateView } from './queries.ts';
import { ownViewNamed, type SavedView, searchToSave, type ViewDraft } from './savedViews.ts';

/** The actions on saved views. Each can be undone; a refusal is thrown or shown. */
export interface ViewWrites {
  /** Saves the list's current state; replaces the person's own view with the same name. */
  save(draft: ViewDraft, state: UrlState, columns: readonly string[] | undefined): Promise<void>;
  change(view: SavedView, change: Pick<SavedSearch, 'name' | 'shared'>): Promise<void>;
  share(view: SavedView): Promise<void>;
  remove(view: SavedView): Promise<void>;
}

/** The writes for the views of one list. */
export function useViewWrites(kind: ListKind, saved: readonly SavedView[]): ViewWrites {
  return useMemo(
    () => ({
      save: (draft, state, columns) =>
        save(searchToSave(kind, draft, state, columns), ownViewNamed(saved, draft.name)),
      change,
      share: (view) => change(view, { shared: !view.isShared }).catch(refused),
      remove: (view) => remove(view).catch(refused),
    }),
    [kind, saved],
  );
}

async function save(search: SavedSearch, before: SavedView | undefined): Promise<void> {
  if (before) {
    await replaceView(before.oid, search);
    const undo = () => replaceView(before.oid, writable(before.stored));
    toast({ text: `The view ${before.label} shows this now.`, undo });
    return;
  }
  const { saved_search_oid: oid = 0 } = await insertView(search);
  toast({ text: `The view ${search.name} is saved.`, undo: () => deleteView(oid) });
}

async function change(
  view: SavedView,
  wanted: Pick<SavedSearch, 'name' | 'shared'>,
): Promise<void> {
  await updateView(view.oid, wanted);
  const undo = () => updateView(view.oid, { name: view.label, shared: view.isShared });
  toast({ text: changeWords(view, wanted), undo });
}

function changeWords(view: SavedView, { name, shared }: SavedSearch): string {
  if (name !== undefined && name !== view.label) return `${view.label} is now called ${name}.`;
  return shared ? `Colleagues see the view ${view.label}.` : `Only you see ${view.label}.`;
}

async function remove(view: SavedView): Promise<void> {
  await deleteView(view.oid);
  const undo = async () => void (await insertView(writable(view.stored)));
  toast({ text: `The view ${view.label} is deleted.`, undo });
}

/** The fields that a client may write. */
function writable(stored: SavedSearch): SavedSearch {
  const { saved_search_oid: _oid, created_by: _by, created_dts: _at, ...fields } = stored;
  return fields;
}

const refused = (error: Error): void => toast({ text: error.message, tone: 'bad' });
