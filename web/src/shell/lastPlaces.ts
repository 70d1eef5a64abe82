/** The last place in each section since the page was opened: a path with its search. */
export interface LastPlaces {
  /** Stores where a person is now. */
  visit(path: string, search: string): void;
  /** Where an entry of the navigation leads to from a path: back, or to its list. */
  leadsTo(entry: string, from: string): string;
}

/**
 * Remembers the last place of each section, in memory only. From another section an entry leads back
 * to it, and from within its section to the plain list. Dialogs are not places: a form that was left
 * is not opened again. `owner` names the person: another one at this browser gets no places.
 */
export function lastPlaces(owner: string, entries: readonly string[]): LastPlaces {
  if (kept.owner !== owner) kept = { owner, places: new Map() };
  const { places } = kept;
  const sectionOf = (path: string) => entries.find((entry) => isWithin(path, entry));
  return {
    visit(path, search) {
      const section = sectionOf(path);
      if (section === undefined) return;
      const depth = section.split('/').length;
      const page = path
        .split('/')
        .slice(0, depth + 1)
        .join('/');
      const isPage = page === path && !path.endsWith('/new');
      if (isPage) places.set(section, `${path}${search}`);
    },
    leadsTo: (entry, from) => (isWithin(from, entry) ? entry : (places.get(entry) ?? entry)),
  };
}

let kept: { readonly owner: string; readonly places: Map<string, string> } = {
  owner: '',
  places: new Map(),
};

/** Whether a path is in the section of an entry. */
export const isWithin = (path: string, entry: string): boolean =>
  entry === '/' ? path === '/' : path === entry || path.startsWith(`${entry}/`);
