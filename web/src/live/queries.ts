import type { LiveFrame, LiveTopic } from '@perennial/contract/live.ts';
import { hashKey } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import type { ListResult } from '../kit/list.tsx';
import { loadedRows } from '../kit/listQuery.ts';
import { createStore, useStore } from '../kit/store.ts';
import { byId, displacedRows, type ListOrder, type Pages, patched } from './changes.ts';

/** Returns the ids of the rows that changed with these objects. */
type RowsOf = (objectIds: readonly string[]) => Promise<readonly string[]>;

/** How a list follows the live socket. */
export interface LiveList<Row> {
  readonly queryKey: readonly unknown[];
  /** The topics whose objects change rows, and how objects are converted to rows. */
  readonly topics: Readonly<Partial<Record<LiveTopic, RowsOf>>>;
  idOf(row: Row): string;
  readonly order: ListOrder<Row>;
  /** Reads rows by their ids: only those that match the filters, or all. */
  read(ids: readonly string[], isFiltered: boolean): Promise<readonly Row[]>;
}

/** For topics with objects that are the rows themselves. */
export const sameIds: RowsOf = async (ids) => ids;

/** The changes in a list since a person started to read it. */
export interface ListChanges {
  /** Rows that would enter, leave or move. */
  readonly count: number;
  /** True if too many rows changed to be counted. */
  readonly isMany: boolean;
  /** Reads the list again, with the changes. */
  show(): void;
}

/**
 * Follows the changes of a list while it is shown. Rows change in place; rows that would enter,
 * leave or move are only counted, so that no row jumps under the pointer.
 */
export function useLiveList<Row>(list: LiveList<Row>, result: ListResult<Row>): ListChanges {
  const latest = useRef(list);
  latest.current = list;
  const key = hashKey(list.queryKey);
  // A new follower for each search; `key` stands for it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the follower belongs to one search
  const follower = useMemo(() => new Follower(latest.current), [key]);
  useEffect(() => follower.follow(), [follower]);
  useEffect(() => {
    if (result.isRefetching) follower.forget();
  }, [follower, result.isRefetching]);
  const { moved, isMany } = useStore(follower.changes);
  return { count: moved.size, isMany, show: () => follower.show() };
}

/** A single change is shown soon; a series of changes causes one read a second. */
const firstMs = 100;
const nextMs = 1000;
const batchMax = 100;
/** From this number of waiting changes, only rows in memory are followed. */
const waitingMax = 1000;
const patchesPerFrame = 10;

interface Changes {
  readonly moved: ReadonlySet<string>;
  readonly isMany: boolean;
}

const none: Changes = { moved: new Set(), isMany: false };

class Follower<Row> {
  readonly changes = createStore<Changes>(none);
  readonly #list: LiveList<Row>;
  readonly #waiting = new Map<LiveTopic, Set<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isFollowing = false;

  constructor(list: LiveList<Row>) {
    this.#list = list;
  }

  follow(): () => void {
    this.#isFollowing = true;
    const stop = onFrame((frame) => this.#heard(frame));
    return () => {
      this.#isFollowing = false;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      stop();
    };
  }

  forget(): void {
    this.changes.set(none);
  }

  show(): void {
    this.forget();
    void queryClient.invalidateQueries({ queryKey: this.#list.queryKey, exact: true });
  }

  #heard({ event_topic: topic, event_object_id: id }: LiveFrame): void {
    if (topic === undefined || id === undefined || !this.#list.topics[topic]) return;
    const ids = this.#waiting.get(topic) ?? new Set();
    if (ids.size < waitingMax || this.#isShown(id)) ids.add(id);
    else this.changes.update((before) => ({ ...before, isMany: true }));
    this.#waiting.set(topic, ids);
    this.#readSoon(firstMs);
  }

  #readSoon(waitMs: number): void {
    if (this.#timer !== undefined || this.#isReading || !this.#isFollowing) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#readBatch();
    }, waitMs);
  }

  async #readBatch(): Promise<void> {
    this.#isReading = true;
    try {
      for (const [topic, ids] of this.#waiting) {
        const batch = [...ids].slice(0, batchMax);
        for (const id of batch) ids.delete(id);
        if (batch.length > 0) await this.#apply(await this.#list.topics[topic]!(batch));
      }
    } catch {
      // The rows stay as they are; the next frame, or opening the list again, reads them.
    }
    this.#isReading = false;
    if ([...this.#waiting.values()].some(({ size }) => size > 0)) this.#readSoon(nextMs);
  }

  async #apply(ids: readonly string[]): Promise<void> {
    if (ids.length === 0 || this.#data() === undefined) return;
    const { idOf, order } = this.#list;
    const matching = byId(await this.#list.read(ids, true), idOf);
    const lost = ids.filter((id) => !matching.has(id) && this.#isShown(id));
    const others = lost.length === 0 ? [] : await this.#list.read(lost, false);
    await this.#patch(new Map([...matching, ...byId(others, idOf)]));
    const data = this.#data();
    if (data === undefined || !this.#isFollowing) return;
    const displaced = new Set(displacedRows(ids, loadedRows(data), matching, idOf, order));
    this.changes.update(({ moved, ...rest }) => ({
      ...rest,
      moved: new Set([...[...moved].filter((id) => !ids.includes(id)), ...displaced]),
    }));
  }

  /** A few rows per frame, so that the page stays responsive. */
  async #patch(changed: ReadonlyMap<string, Row>): Promise<void> {
    const shown = [...changed].filter(([id]) => this.#isShown(id));
    for (let start = 0; start < shown.length; start += patchesPerFrame) {
      const some = new Map(shown.slice(start, start + patchesPerFrame));
      queryClient.setQueryData<Pages<Row>>(
        this.#list.queryKey,
        (data) => data && patched(data, this.#list.idOf, some),
      );
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  #isShown(id: string): boolean {
    const { idOf } = this.#list;
    return this.#data()?.pages.some(({ rows }) => rows.some((row) => idOf(row) === id)) ?? false;
  }

  #data(): Pages<Row> | undefined {
    return queryClient.getQueryData<Pages<Row>>(this.#list.queryKey);
  }
}
