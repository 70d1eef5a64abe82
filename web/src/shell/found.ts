import type { FoundThing } from '@perennial/contract/screens.ts';

/** The names of the groups of search results, in their order. */
const groupNames: Readonly<Record<NonNullable<FoundThing['type']>, string>> = {
  auto_order: 'Auto orders',
  order: 'Orders',
  customer: 'Customers',
  item: 'Items',
  task: 'Tasks',
};

/** A search result as a line of the palette. */
export interface FoundLine {
  readonly id: string;
  readonly words: string;
  readonly group: string;
  readonly url: string;
}

/**
 * Search results by type. The group of the best match comes first, because an exact id is the best
 * match. Results without a page in the console are left out.
 */
export function foundLines(found: readonly FoundThing[]): FoundLine[] {
  const lines = found.flatMap(({ type, id = '', oid = '', title = '', subtitle = '', url }) =>
    type === undefined || url === undefined || type === 'item'
      ? []
      : [
          {
            id: `${type} ${oid}`,
            words: [...new Set([title, id, subtitle])].filter(Boolean).join(' · '),
            group: groupNames[type],
            url,
          },
        ],
  );
  const groups = [...new Set(lines.map(({ group }) => group))];
  return groups.flatMap((group) => lines.filter((line) => line.group === group));
}
