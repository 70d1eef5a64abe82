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
 * A restored backup does not contain what happened after it was made, so the server would do it
 * again. Therefore the database counts beats whenever something happens, and a marker file outside
 * the database stores the number of the last beat. A database with a lower number is an older copy
 * (docs/adr/0046-restores.md).
 */

/** Tracks whether this database is current or a restored older copy. */
export interface ContinuityWatch {
  /** The state as it was within the last second. */
  read(): Promise<Continuity>;
  /** The reason why nothing is charged, as last read. */
  heldReason(): string | undefined;
  /**
   * Counts beats, writes the marker, and notices when the database is replaced by an older copy
   * while the server runs.
   */
  readonly worker: Worker;
}

/** The dependencies of the check for restores. */
export interface ContinuityParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly log: Logger;
  /** The path of the marker; absent: there is no marker. */
  readonly markerPath?: string | undefined;
}

// Other processes see the start and the end of a hold after this time.
const rememberedMs = 1000;
const idleBeatMs = 3_600_000;

/** Starts the check for restores on a database. */
export function watchContinuity(parts: ContinuityParts): ContinuityWatch {
  const state = new RememberedContinuity(parts);
  const beats = new Beats(parts, state);
  return {
    read: () => state.read(),
    heldReason: () => state.heldReason,
    worker: {
      name: 'continuity',
      async runOnce() {
        await beats.beat();
        return 0;
      },
    },
  };
}

/** The state of the database as this process last read it. */
class RememberedContinuity {
  readonly #parts: ContinuityParts;
  #known: { readonly state: Promise<Continuity>; readonly untilMs: number } | undefined;
  #heldReason: string | undefined;

  constructor(parts: ContinuityParts) {
    this.#parts = parts;
  }

  get heldReason(): string | undefined {
    return this.#heldReason;
  }

  read(): Promise<Continuity> {
    const { db, clock } = this.#parts;
    if (this.#known !== undefined && this.#known.untilMs > clock.monotonicMs())
      return this.#known.state;
    const state = readContinuity(db).then((read) => this.keep(read));
    this.#known = { state, untilMs: clock.monotonicMs() + rememberedMs };
    state.catch(() => (this.#known = undefined));
    return state;
  }

  /** Caches the state for a moment, and logs the start and the end of a hold. */
  keep(state: Continuity): Continuity {
    const { clock, log } = this.#parts;
    const reason = state.heldReason;
    if (reason !== this.#heldReason)
      if (reason === undefined) log.info('charging resumes: the restore was confirmed');
      else log.error({ reason }, 'nothing is charged until a restore is confirmed');
    this.#heldReason = reason;
    this.#known = { state: Promise.resolve(state), untilMs: clock.monotonicMs() + rememberedMs };
    return state;
  }
}

/** Counts the beats of the database and writes them to the marker. */
class Beats {
  readonly #parts: ContinuityParts;
  readonly #state: RememberedContinuity;
  #last: { readonly beat: number; readonly events: number; readonly atMs: number } | undefined;

  constructor(parts: ContinuityParts, state: RememberedContinuity) {
    this.#parts = parts;
    this.#state = state;
  }

  /** Counts one beat if anything happened, and detects a database that was set back. */
  async beat(): Promise<void> {
    const { db, clock } = this.#parts;
    const progress = await readProgress(db);
    const nowMs = clock.monotonicMs();
    const last = this.#last;
    if (last !== undefined && progress.beat < last.beat) {
      const found = olderThan(progress, last.beat, progress.epoch);
      const state = await beginEpoch(db, clock.now(), found);
      this.#last = { beat: state.beat, events: progress.events, atMs: nowMs };
      return this.#mark(this.#state.keep(state));
    }
    this.#state.keep(progress);
    const isIdle = last?.events === progress.events && nowMs - last.atMs < idleBeatMs;
    if (isIdle) return;
    const state = this.#state.keep(await countBeat(db, clock.now()));
    this.#last = { beat: state.beat, events: progress.events, atMs: nowMs };
    await this.#mark(state);
  }

  async #mark({ epoch, beat }: Continuity): Promise<void> {
    const { db, clock, log, markerPath } = this.#parts;
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
}

/**
 * Compares the database with its marker and begins a new epoch if the database is older. Returns
 * the marker of this database, if there was one, and whether the database was older.
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
