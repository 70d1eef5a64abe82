import type { Logger } from 'pino';
import type { SystemClock } from './clock/systemClock.ts';
import { type Marker, readMarker, writeMarker } from './continuityMarker.ts';
import {
  beginEpoch,
  type Continuity,
  countBeat,
  databaseName,
  readContinuity,
  readProgress,
} from './continuityStore.ts';
import type { Worker } from './jobs/loop.ts';
import type { Database } from './storage/database.ts';

/*
 * A backup that is restored does not know what happened after it, and would do it again. So the
 * database counts beats while anything happens, and a marker file outside of it holds the last one:
 * a database that is behind its marker is an older copy (docs/adr/0046-restores.md).
 */

/** Follows where the database is in the installation's life. */
export interface ContinuityWatch {
  /** As it was within the last second. */
  read(): Promise<Continuity>;
  /** Why nothing is charged, as last read. */
  heldReason(): string | undefined;
  /**
   * Counts beats, keeps the marker, and notices a database that goes back under the running server.
   */
  readonly worker: Worker;
}

export interface ContinuityParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly log: Logger;
  /** Where the marker is; absent: none is kept. */
  readonly markerPath?: string | undefined;
}

// Other processes see a hold and its end after this long.
const rememberedMs = 1000;
const idleBeatMs = 3_600_000;

export function watchContinuity({ db, clock, log, markerPath }: ContinuityParts): ContinuityWatch {
  let known: { readonly state: Promise<Continuity>; readonly untilMs: number } | undefined;
  let held: string | undefined;
  let last: { readonly beat: number; readonly events: number; readonly atMs: number } | undefined;

  function keep(state: Continuity): Continuity {
    if (state.heldReason !== held)
      if (state.heldReason === undefined) log.info('charging resumes: the restore was confirmed');
      else
        log.error({ reason: state.heldReason }, 'nothing is charged until a restore is confirmed');
    held = state.heldReason;
    known = { state: Promise.resolve(state), untilMs: clock.monotonicMs() + rememberedMs };
    return state;
  }

  async function mark({ epoch, beat }: Continuity): Promise<void> {
    if (markerPath === undefined) return;
    const marker = {
      database: await databaseName(db),
      epoch,
      beat,
      seenAt: clock.now().toString(),
    };
    await writeMarker(markerPath, marker).catch((error: unknown) =>
      log.warn(
        { err: error, markerPath },
        'the marker cannot be written: a restore may go unnoticed',
      ),
    );
  }

  async function beat(): Promise<void> {
    const progress = await readProgress(db);
    const nowMs = clock.monotonicMs();
    if (last !== undefined && progress.beat < last.beat) {
      const state = await beginEpoch(
        db,
        clock.now(),
        olderThan(progress, last.beat, progress.epoch),
      );
      last = { beat: state.beat, events: progress.events, atMs: nowMs };
      return mark(keep(state));
    }
    keep(progress);
    const isIdle = last?.events === progress.events && nowMs - last.atMs < idleBeatMs;
    if (isIdle) return;
    const state = keep(await countBeat(db, clock.now()));
    last = { beat: state.beat, events: progress.events, atMs: nowMs };
    await mark(state);
  }

  return {
    read() {
      if (known !== undefined && known.untilMs > clock.monotonicMs()) return known.state;
      const state = readContinuity(db).then(keep);
      known = { state, untilMs: clock.monotonicMs() + rememberedMs };
      state.catch(() => (known = undefined));
      return state;
    },
    heldReason: () => held,
    worker: {
      name: 'continuity',
      async runOnce() {
        await beat();
        return 0;
      },
    },
  };
}

/**
 * Compares the database with its marker and begins a new epoch when it is the older. Returns the
 * marker of this database, if there was one, and whether it was.
 */
export async function compareWithMarker(
  db: Database,
  clock: SystemClock,
  markerPath: string,
): Promise<{
  readonly marker: Marker | undefined;
  readonly isForeign: boolean;
  readonly isOlder: boolean;
}> {
  const found = await readMarker(markerPath);
  const isForeign = found !== undefined && found.database !== (await databaseName(db));
  const marker = isForeign ? undefined : found;
  const state = await readContinuity(db);
  const isOlder = marker !== undefined && (state.beat < marker.beat || state.epoch < marker.epoch);
  if (isOlder) await beginEpoch(db, clock.now(), olderThan(state, marker.beat, marker.epoch));
  return { marker, isForeign, isOlder };
}

const olderThan = ({ beat, beatAt }: Continuity, beatSeen: number, epochSeen: number) => ({
  reason: `the database is older than what this installation has seen (beat ${beat} instead of ${beatSeen})`,
  epochSeen,
  beatSeen,
  numbersSeen: [],
  lostSince: beatAt,
});
