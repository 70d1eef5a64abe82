/** The last place in each section since the page was opened: a path with its search. */
export interface LastPlaces {
  /** Stores the person's current place. */
  visit(path: string, search: string): void;
  /** Returns the target of a navigation entry from a path: the last place, or its list. */
  leadsTo(entry: string, from: string): string;
}

/**
 * Stores the last place of each section, in memory only. From another section, an entry leads back
 * to that place; within its own section, to the plain list. Dialogs are not places: a form that was
 * left is not opened again. `owner` identifies the person: another person at this browser gets no
 * places.
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

/** Returns whether a path is in the section of an entry. */
export const isWithin = (path: string, entry: string): boolean =>
  entry === '/' ? path === '/' : path === entry || path.startsWith(`${entry}/`);
