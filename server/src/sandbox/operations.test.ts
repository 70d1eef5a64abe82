import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Temporal } from 'temporal-polyfill';
import { type TestApp, testApp } from '../../../test/support/app.ts';
import { at } from '../../../test/support/autoOrders.ts';
import { movedClock } from '../../../test/support/movedClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { DueCounts, DueWork } from '../platform/jobs/dueWork.ts';
import { advanceWorker } from './advanceWorker.ts';
import {
  type ClockParts,
  getAdvance,
  getAdvanceDays,
  getClock,
  setClock,
  stopAdvance,
} from './operations.ts';

/**
 * Due work with a fixed list of moments. It records when each was played and what the merchant's
 * clock showed then.
 */
class StagedWork implements DueWork {
  readonly name = 'staged';
  readonly kind = 'auto orders';
  readonly played: string[] = [];
  readonly #app: TestApp;
  #moments: Temporal.Instant[];
  /** This function is called before anything is played. */
  before: () => void = () => {};
  /** This function is called after each stretch, before the clock moves. */
  during: () => Promise<unknown> = async () => {};

  constructor(app: TestApp, ...moments: string[]) {
    this.#app = app;
    this.#moments = moments.map(at);
  }

  async nextDueAt(_: unknown, until: Temporal.Instant): Promise<Temporal.Instant | undefined> {
    return this.#moments.find((moment) => moment.epochMilliseconds <= until.epochMilliseconds);
  }

  async countDue(_: unknown, until: Temporal.Instant): Promise<number> {
    return this.#moments.filter((moment) => moment.epochMilliseconds <= until.epochMilliseconds)
      .length;
  }

  async runDue(context: Context, until: Temporal.Instant): Promise<DueCounts> {
    this.before();
    const isDue = (moment: Temporal.Instant) => moment.epochMilliseconds <= until.epochMilliseconds;
    const { now } = await this.#app.context();
    const due = this.#moments.filter(isDue);
    this.#moments = this.#moments.filter((moment) => !isDue(moment));
    this.played.push(...due.map((moment) => `${moment} at ${now}`));
    await inTransaction(context, (context) =>
      context.events.emit(
        context,
        due.map((moment) => ({
          name: 'auto_order_rebill',
          objectType: 'auto order',
          objectId: '1',
          at: moment,
          data: { total_minor: 1000, currency: 'USD' },
        })),
      ),
    );
    await this.during();
    return { counts: { rebills: due.length }, isDone: true };
  }
}

async function staged(...moments: string[]) {
  const clock = movedClock();
  const app = await testApp({ clock });
  const work = new StagedWork(app, ...moments);
  const parts: ClockParts = {
    db: app.db,
    log: pino({ level: 'silent' }),
    clock,
    merchants: app.app.merchants,
    contextFor: app.app.contextFor,
    dueWork: [work],
    isReal: () => false,
    previewDue: async () => ({ previewedCount: 0, rebills: [] }),
    countSkippedMails: async () => [],
  };
  return {
    app,
    clock,
    work,
    parts,
    advance: async (request: Parameters<typeof setClock>[2]) =>
      setClock(await app.context(), parts, request),
  };
}

test('an advance plays what falls due day by day, and the clock never passes unfinished work', async () => {
  const { app, work, advance, parts } = await staged(
    '2026-02-01T10:00:00Z',
    '2026-02-01T23:00:00Z',
    '2026-03-01T12:00:00Z',
    '2026-04-20T00:00:00Z',
  );
  const shown = await advance({ advance_by: '2mo' });
  assert.deepEqual(work.played, [
    '2026-02-01T10:00:00Z at 2026-01-15T17:00:00Z',
    '2026-02-01T23:00:00Z at 2026-01-15T17:00:00Z',
    '2026-03-01T12:00:00Z at 2026-02-02T04:59:59Z',
  ]);
  assert.equal(
    `${shown.now} ${shown.mode} ${shown.advance?.state} ${shown.advance?.rebills}`,
    '2026-03-15T16:00:00Z standing done 3',
  );
  const { advance: underWay } = await getClock(await app.context(), parts);
  assert.equal(underWay, undefined);
});

test('a running clock continues from the moment to which it was set', async () => {
  const { clock, advance } = await staged();
  await advance({ mode: 'running', now_dts: '2027-01-01T00:00:00Z' });
  clock.move(90_000);
  const shown = await advance({});
  assert.equal(`${shown.now} ${shown.mode}`, '2027-01-01T00:01:30Z running');
});

test('an advance that was cut off continues where it stopped, in any process', async () => {
  const { app, work, parts, advance } = await staged(
    '2026-02-01T10:00:00Z',
    '2026-02-20T10:00:00Z',
  );
  let stretches = 0;
  work.before = () => {
    if (++stretches === 2) throw new Error('the process stops here');
  };
  const cut = await advance({ now_dts: '2026-03-01T00:00:00Z', mode: 'running' });
  assert.equal(
    `${cut.now} ${cut.mode} ${cut.advance?.state}`,
    '2026-02-02T04:59:59Z running playing',
  );
  await assert.rejects(advance({ advance_by: '1d' }), /still under way/);

  await app.db.run(
    "update clock_advance set lease_until = statement_timestamp() where merchant_id = 'TEST'",
  );
  assert.equal(await advanceWorker(parts).runOnce(), 1);
  assert.equal(work.played.length, 2);
  assert.equal(await advanceWorker(parts).runOnce(), 0);
  const after = await getClock(await app.context(), parts);
  assert.equal(`${after.now} ${after.mode}`, '2026-03-01T00:00:00Z running');
});

test('each turn of the worker continues with stretches as long as those before it', async () => {
  const days = Array.from({ length: 8 }, (_, index) => `2026-02-0${index + 1}T10:00:00Z`);
  const { work, parts, clock, advance } = await staged(...days);
  work.during = async () => clock.move(11_000);
  const first = await advance({ now_dts: '2026-03-01T00:00:00Z' });
  assert.equal(String(first.now), '2026-02-02T04:59:59Z', 'the request has time for one stretch');
  const worker = advanceWorker(parts);
  const playedBy: number[] = [];
  while ((await worker.runOnce()) > 0) playedBy.push(work.played.length);
  assert.deepEqual(playedBy, [2, 4, 8, 8], 'one day, two, four; then the clock arrives');
});

test('an advance that fails again and again stops with a reason, and can be requested again', async () => {
  const { app, work, parts, advance } = await staged('2026-02-01T10:00:00Z');
  work.before = () => assert.fail('broken');
  await advance({ advance_by: '1y' });
  for (let tries = 0; tries < 6; tries++) {
    await app.db.run(
      `update clock_advance set lease_until = statement_timestamp() where merchant_id = 'TEST'
        and state = 'playing'`,
    );
    await advanceWorker(parts).runOnce();
  }
  const stopped = await getClock(await app.context(), parts);
  assert.equal(String(stopped.now), '2026-01-15T17:00:00Z');
  assert.equal(stopped.advance, undefined);
  work.before = () => {};
  assert.equal((await advance({ advance_by: '1y' })).advance?.state, 'done');
});

test('an advance that is stopped ends with its stretch, and its days are finished', async () => {
  const { app, work, parts, advance } = await staged(
    '2026-02-01T10:00:00Z',
    '2026-02-20T10:00:00Z',
    '2026-03-20T10:00:00Z',
  );
  let stretches = 0;
  work.during = async () => {
    if (++stretches !== 2) return;
    const context = await app.context();
    const { advance: playing } = await getClock(context, parts);
    assert.equal(playing?.rebills, 2, 'the counts grow while the stretch is played');
    const stopping = await stopAdvance(context, playing.advanceId);
    assert.equal(`${stopping.state} ${stopping.isStopping}`, 'playing true');
  };
  const stopped = await advance({ advance_by: '1y', mode: 'running' });
  assert.equal(
    `${stopped.advance?.state} ${stopped.advance?.reachedAt} ${stopped.mode}`,
    // The stretch is two days long, because little happened in the one before it.
    'stopped 2026-02-22T04:59:59Z running',
  );
  assert.equal(work.played.length, 2);
  const context = await app.context();
  const { advanceId } = stopped.advance!;
  assert.deepEqual(
    (await getAdvanceDays(context, advanceId)).map(
      ({ day, paid, totalMinor }) => `${day}: ${paid} paid, ${totalMinor}`,
    ),
    ['2026-02-01: 1 paid, 1000', '2026-02-20: 1 paid, 1000'],
  );
  assert.equal((await stopAdvance(context, advanceId)).state, 'stopped', 'again: nothing changes');

  work.during = async () => {};
  assert.equal((await advance({ advance_by: '1y' })).advance?.state, 'done');
  assert.equal(work.played.length, 3);
});

test('an advance that was cut off in a stretch is stopped after the work of that stretch', async () => {
  const { app, work, parts, advance } = await staged(
    '2026-02-01T10:00:00Z',
    '2026-02-20T10:00:00Z',
  );
  work.during = () => Promise.reject(new Error('the process stops here'));
  const { advance: cut } = await advance({ advance_by: '1y' });
  assert.equal(String(cut?.reachedAt), '2026-01-15T17:00:00Z');
  const context = await app.context();
  await stopAdvance(context, cut!.advanceId);
  await app.db.run(
    "update clock_advance set lease_until = statement_timestamp() where merchant_id = 'TEST'",
  );
  work.during = async () => {};
  await advanceWorker(parts).runOnce();
  const stopped = await getAdvance(context, cut!.advanceId);
  assert.equal(`${stopped.state} ${stopped.reachedAt}`, 'stopped 2026-02-02T04:59:59Z');
  assert.equal(stopped.rebills, 1);
});

test('each merchant has a separate clock, which is read, moved and refused over HTTP', async () => {
  const app = await testApp();
  await app.addMerchant('OTHER');
  const other = await app.addKey('OTHER');
  const read = (key: string) => app.request({ operation: 'getClock', key });

  const moved = await app.request({ operation: 'setClock', body: { advance_by: '1y' } });
  assert.deepEqual(moved.body.clock, { mode: 'standing', now_dts: '2027-01-15T12:00:00-05:00' });
  assert.deepEqual(
    { ...moved.body.advance, advance_id: '' },
    {
      advance_id: '',
      from_dts: '2026-01-15T12:00:00-05:00',
      to_dts: '2027-01-15T12:00:00-05:00',
      reached_dts: '2027-01-15T12:00:00-05:00',
      done: true,
      state: 'done',
      rebill_count: 0,
      decline_count: 0,
      notice_count: 0,
    },
  );
  assert.equal((await read(other)).body.clock.now_dts, '2026-01-15T12:00:00-05:00');

  const { advance_id: advanceId } = moved.body.advance;
  const asked = await app.request({
    operation: 'getClockAdvance',
    params: { advance_id: advanceId },
  });
  assert.equal(asked.body.advance.done, true);
  const stranger = await app.request({
    operation: 'getClockAdvance',
    params: { advance_id: advanceId },
    key: other,
  });
  assert.equal(stranger.status, 404);

  const back = await app.request({ operation: 'setClock', body: { now_dts: '2026-02-01' } });
  assert.equal(back.status, 400);
  assert.match(
    String(back.headers['uc-rest-error']),
    /now_dts is before 2027-01-15T12:00:00-05:00.*never set back/,
  );
  const reader = await app.addKey('TEST', ['configuration_read']);
  assert.equal((await app.request({ operation: 'setClock', body: {}, key: reader })).status, 401);
});
