import type { SavedSearch } from '@perennial/contract/perennial.ts';
import type { UrlState } from '../kit/urlCodec.ts';
import type { View } from '../kit/views.ts';
import { fromSearch, toSearch } from '../kit/wireFilters.ts';
import { type ListKind, lists } from './lists.ts';

/** A view that a person saved under a name. */
export interface SavedView extends View {
  readonly oid: number;
  readonly kind: ListKind;
  /** The columns that were saved with it. */
  readonly columns?: readonly string[] | undefined;
  /** True if colleagues see it too. */
  readonly isShared: boolean;
  /** True if the person owns it and may change it. */
  readonly isOwn: boolean;
  readonly owner: string;
  /** The stored form, for the undo of a change. */
  readonly stored: SavedSearch;
}

/** Finds the views among saved searches, by name; leaves out searches of other lists. */
export function savedViewsOf(
  searches: readonly SavedSearch[],
  userId: number,
): readonly SavedView[] {
  return searches.flatMap((search) => {
    const { kind, saved_search_oid: oid, name: label = '' } = search;
    if (oid === undefined || kind === undefined || !(kind in lists)) return [];
    const { created_by: by, shared: isShared = false, columns } = search;
    const [own, owner] = [by?.user_id === userId, by?.user ?? ''];
    const list = kind as ListKind;
    const view = { oid, kind: list, label, columns, isShared, isOwn: own, owner, stored: search };
    return [{ ...view, id: `saved ${oid}`, isForeign: !own, state: stateOf(list, search) }];
  });
}

/** The address of a saved search. */
function stateOf(kind: ListKind, { filters = {}, sort }: SavedSearch): UrlState {
  const { wire, parse } = lists[kind];
  return parse({ ...fromSearch(wire, filters), ...(sort !== undefined && { sort }) });
}

/** A view to be saved. */
export interface ViewDraft {
  readonly name: string;
  readonly isShared: boolean;
}

/** Returns the saved search for the list's current state. */
export function searchToSave(
  kind: ListKind,
  { name, isShared }: ViewDraft,
  { sort, open: _open, from: _from, end: _end, ...filters }: UrlState,
  columns: readonly string[] | undefined,
): SavedSearch {
  return {
    kind,
    name,
    shared: isShared,
    filters: toSearch(lists[kind].wire, filters),
    ...(typeof sort === 'string' && { sort }),
    ...(columns && { columns: [...columns] }),
  };
}

/** Returns the person's own view that already has this name; saving replaces it. */
export const ownViewNamed = (views: readonly SavedView[], name: string): SavedView | undefined =>
  views.find(({ isOwn, label }) => isOwn && sameName(label, name));

const sameName = (a: string, b: string): boolean =>
  a.trim().toLowerCase() === b.trim().toLowerCase();
