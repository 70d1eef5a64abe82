import type { TimelineEntry } from '@perennial/contract/timeline.ts';
import { listOf } from '../kit/urlCodec.ts';

export type EntryKind = NonNullable<TimelineEntry['kind']>;

/** The kinds of entries of the past with their names, in the order of the filter. */
export const kindWords: Readonly<Record<EntryKind, string>> = {
  rebill: 'Rebills',
  attempt: 'Declines',
  change: 'Changes',
  stop: 'Stops',
  merge: 'Merges',
  task: 'Tasks',
  mail: 'Mails',
  delivery: 'Webhooks',
};

/** The part of the timeline's state that is in the address. */
export interface LifeState {
  /** The kinds of entries of the past; absent: all. */
  readonly kind?: readonly EntryKind[];
  /** The number of the explained future rebill; `none` closes the next one. */
  readonly rebill?: string;
  /** The entry of the past that a link points to: the past is read around it. */
  readonly at?: string;
}

/** Reads the address of an auto order; leaves out invalid values. */
export function parseLife(search: Record<string, unknown>): LifeState {
  const kind = listOf(search['kind']).filter((name): name is EntryKind => name in kindWords);
  const { rebill, at } = search;
  return {
    ...(kind.length > 0 && { kind }),
    ...(typeof rebill === 'string' && /^(none|\d{1,9})$/.test(rebill) && { rebill }),
    ...(typeof at === 'string' && placePattern.test(at) && { at }),
  };
}

/** The id of an entry is its position in the timeline: time, rank, auto order, number. */
const placePattern = /^-?\d{1,17}\.[1-6]\.\d{1,10}\.\d{1,14}$/;

/** Returns the cursor that reads from an entry (included) to older ones. */
export function cursorFrom(entryId: string): string {
  const parts = entryId.split('.');
  const last = BigInt(parts.pop() ?? '0') + 1n;
  return [...parts, last].join('.');
}

/** Returns the kinds after one was switched on or off. All kinds mean the same as none. */
export function toggledKind(kinds: readonly EntryKind[], kind: EntryKind): EntryKind[] | undefined {
  const on = new Set(kinds);
  if (!on.delete(kind)) on.add(kind);
  const all = Object.keys(kindWords) as EntryKind[];
  return on.size === 0 || on.size === all.length ? undefined : all.filter((each) => on.has(each));
}
