import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Gateway } from '../../server/src/payments/gateway.ts';
import type { Gateways } from '../../server/src/payments/payments.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';

/**
 * Counts effects. After the last allowed effect every further one fails, as in a process that has
 * ended.
 */
export class Stop {
  #left: number;
  hasCome = false;

  constructor(effects: number) {
    this.#left = effects;
  }

  /** Throws in place of the effect once the process has stopped. */
  effect(): void {
    if (this.#left === 0) this.hasCome = true;
    if (this.hasCome) throw new Error('the process has stopped');
    this.#left--;
  }
}

/**
 * Reports at how many places a test stopped, and fails below ten: then the effects of its work are
 * not counted, and the test shows nothing.
 */
export function reportPlaces(t: TestContext, places: number, what = ''): void {
  t.diagnostic(`${what}${places} places to stop at`);
  assert.ok(places >= 10, `${what}only ${places} places to stop at`);
}

/** Returns a database in which every statement and commit counts as an effect. */
export function stoppableDatabase(db: Database, stop: Stop): Database {
  const counted = <Value>(work: () => Promise<Value>): Promise<Value> => {
    stop.effect();
    return work();
  };
  return {
    rows: async (text, values) => counted(() => db.rows(text, values)),
    row: async (text, values) => counted(() => db.row(text, values)),
    lookup: async (text, values) => counted(() => db.lookup(text, values)),
    run: async (text, values) => counted(() => db.run(text, values)),
    async transaction(work) {
      const value = await db.transaction(async (tx) => {
        const value = await work(stoppableDatabase(tx, stop));
        // A stop before the commit rolls everything back.
        stop.effect();
        return value;
      });
      // After a stop behind the commit the data are stored, but this process does not know it.
      stop.effect();
      return value;
    },
    afterCommit: (listener) => db.afterCommit(listener),
    snapshot: async (work) => counted(() => db.snapshot(work)),
    takeTime: () => db.takeTime(),
  };
}

/** Returns gateways that stop before a call, or before its answer arrives. */
export function stoppableGateways(gateways: Gateways, stop: Stop): Gateways {
  const asked = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    stop.effect();
    const answer = await ask();
    stop.effect();
    return answer;
  };
  return {
    ...gateways,
    open(kind, code): Gateway {
      const gateway = gateways.open(kind, code);
      return {
        ...gateway,
        charge: (request) => asked(() => gateway.charge(request)),
        find: (request) => asked(() => gateway.find(request)),
        cancel: (request, reference) => asked(() => gateway.cancel(request, reference)),
        refund: (request) => asked(() => gateway.refund(request)),
        holds: {
          hold: (request) => asked(() => gateway.holds.hold(request)),
          find: (request) => asked(() => gateway.holds.find(request)),
          release: (request, reference) => asked(() => gateway.holds.release(request, reference)),
        },
      };
    },
  };
}
