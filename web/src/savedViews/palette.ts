import type { SavedSearch } from '@perennial/contract/perennial.ts';
import type { UrlState } from '../kit/urlCodec.ts';
import { paths } from '../paths.ts';
import { stateOfSearch } from '../tasks/views.ts';
import { lists } from './lists.ts';
import { savedViewsOf } from './savedViews.ts';

/** A saved view as a line of the palette. */
export interface ViewLine {
  readonly id: string;
  readonly words: string;
  readonly path: string;
  readonly state: UrlState;
}

/** The saved views of tasks and lists whose names contain every typed word. */
export function viewLines(
  searches: readonly SavedSearch[],
  userId: number,
  typed: string,
): readonly ViewLine[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const ofLists = savedViewsOf(searches, userId).map(({ oid, kind, label, state }) => ({
    id: `saved ${oid}`,
    words: `${lists[kind].label}: ${label}`,
    path: lists[kind].path,
    state,
  }));
  const all = [...ofTasks(searches), ...ofLists];
  return all.filter((line) => words.every((word) => textOf(line).includes(word)));
}

const textOf = ({ words }: ViewLine): string => `view ${words}`.toLowerCase();

const ofTasks = (searches: readonly SavedSearch[]): ViewLine[] =>
  searches
    .filter(({ kind }) => kind === 'tasks')
    .map(({ saved_search_oid: oid, name = '', search = {}, sort }) => ({
      id: `saved ${oid}`,
      words: `Tasks: ${name}`,
      path: paths.tasks,
      state: stateOfSearch(search, sort),
    }));
