import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { unlessNodeMissing } from '../platform/storage/nodes.ts';
import type { ApiKey } from './apiKey.ts';
import { type KeyUse, saveKeyUses } from './apiKeyStore.ts';

/**
 * Collects when keys were last used, and stores it once a minute. A request only sets two numbers
 * in memory. A killed process loses at most a minute of uses.
 */
export interface KeyUses {
  /** Records that a request with this key was accepted. */
  note(key: ApiKey, address: string, isPrevious: boolean): void;
  /**
   * Stores the recorded uses, at most once a minute. Runs in every process that handles requests.
   */
  readonly worker: Worker;
  /**
   * Stores all uses when the process ends. Uses that cannot be stored then are lost, as after a
   * kill.
   */
  close(): Promise<void>;
}

const writingMs = 60_000;

interface Noted {
  readonly merchantId: string;
  readonly keyId: number;
  address: string;
  /** The time on the monotonic clock. */
  atMs: number;
  previousAtMs: number | undefined;
}

/** Collects the uses of keys in this process. */
export function keyUses(db: Database, clock: SystemClock): KeyUses {
  let noted = new Map<number, Noted>();
  let writtenAtMs = clock.monotonicMs();

  async function writeUses(): Promise<void> {
    const nowMs = clock.monotonicMs();
    const now = clock.now();
    const batch = noted;
    noted = new Map();
    writtenAtMs = nowMs;
    const ago = (ms: number) => now.subtract({ milliseconds: Math.round(nowMs - ms) });
    const useOf = ({ keyId, address, atMs, previousAtMs }: Noted): KeyUse => ({
      keyId,
      address,
      usedAt: ago(atMs),
      previousUsedAt: previousAtMs === undefined ? undefined : ago(previousAtMs),
    });
    const written = await unlessNodeMissing(db, async () => {
      for (const [merchantId, uses] of Map.groupBy(batch.values(), (each) => each.merchantId))
        await saveKeyUses(db, merchantId, uses.map(useOf));
      return true;
    });
    if (!written) keep(batch);
  }

  /** Keeps uses until the next attempt: every node of a Citus has the keys, and one is missing. */
  function keep(batch: ReadonlyMap<number, Noted>): void {
    for (const [keyId, use] of batch) {
      const newer = noted.get(keyId);
      if (newer) newer.previousAtMs ??= use.previousAtMs;
      else noted.set(keyId, use);
    }
  }

  return {
    note({ merchantId, keyId }, address, isPrevious) {
      const atMs = clock.monotonicMs();
      const known = noted.get(keyId);
      if (known) {
        known.address = address;
        known.atMs = atMs;
        if (isPrevious) known.previousAtMs = atMs;
      } else {
        const previousAtMs = isPrevious ? atMs : undefined;
        noted.set(keyId, { merchantId, keyId, address, atMs, previousAtMs });
      }
    },
    worker: {
      name: 'key uses',
      async runOnce() {
        if (noted.size > 0 && clock.monotonicMs() - writtenAtMs >= writingMs) await writeUses();
        return 0;
      },
    },
    // The loss of a minute of uses must not make the end of a process fail.
    close: () => writeUses().catch(() => {}),
  };
}
