import type { ReactNode } from 'react';
import { chipWords, type FilterState, type Filters } from './filters.ts';
import { formatDay } from './moment.ts';
import { useNow } from './now.ts';
import { EmptyByFilter } from './states.tsx';
import type { UrlState } from './urlCodec.ts';

/** A list without rows: because of its filters, or because there are no records (`children`). */
export function NoRows({
  filters,
  state,
  onClear,
  children,
}: {
  readonly filters: Filters;
  readonly state: FilterState;
  /** Called with the change of the address that removes every filter. */
  onClear(change: UrlState): void;
  readonly children: ReactNode;
}) {
  const now = useNow();
  const words = Object.entries(filters).flatMap(([name, filter]) => {
    const value = state[name];
    return value === undefined ? [] : [chipWords(filter, value, now)];
  });
  if (state['from'] !== undefined) words.push(`From ${formatDay(String(state['from']), now)} on`);
  if (words.length === 0) return children;
  const none = Object.fromEntries(
    [...Object.keys(filters), 'from'].map((name) => [name, undefined]),
  );
  return <EmptyByFilter filters={words} onClear={() => onClear(none)} />;
}
