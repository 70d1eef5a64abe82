import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../../test/support/database.ts';
import { movedClock } from '../../../../test/support/movedClock.ts';
import type { DatabasePool } from '../storage/database.ts';
import { type RateLimit, rateLimiter } from './rateLimiter.ts';

const hour: RateLimit = { limit: 1000, seconds: 3600 };
const subject = ['app:TEST/key:1'];

test('a thousand an hour pass, the next is refused with the limit and the time to wait', async (t) => {
  const clock = movedClock();
  const limiter = rateLimiter(await testDatabase(t), clock, [hour]);
  for (let i = 0; i < 1000; i++) assert.equal(await limiter.admit(subject), undefined);
  assert.deepEqual(await limiter.admit(subject), { ...hour, retryAfterSeconds: 4 });
  clock.move(3_500);
  assert.notEqual(await limiter.admit(subject), undefined, 'a request leaks in 3.6 s');
  clock.move(100);
  assert.equal(await limiter.admit(subject), undefined);
  assert.notEqual(await limiter.admit(subject), undefined);
});

test('the limit holds for two processes together, however they spend it', async (t) => {
  const db = await testDatabase(t);
  const clock = movedClock();
  const limits = [
    { limit: 100, seconds: 60 },
    { limit: 300, seconds: 600 },
  ];
  const processes = [rateLimiter(db, clock, limits), rateLimiter(db, clock, limits)];
  const levels = limits.map(() => ({ level: 0, atMs: 0 }));
  const random = generator(7);
  let admitted = 0;
  let refused = 0;
  for (let round = 0; round < 400; round++) {
    clock.move(random() < 0.2 ? random() * 30_000 : random() * 400);
    if (random() < 0.1) await processes[Math.floor(random() * 2)]!.worker.runOnce();
    const burst = Array.from({ length: Math.floor(random() * 12) }, () =>
      processes[random() < 0.5 ? 0 : 1]!.admit(subject),
    );
    const passed = (await Promise.all(burst)).filter((excess) => excess === undefined).length;
    admitted += passed;
    refused += burst.length - passed;
    limits.forEach(({ limit, seconds }, i) => {
      const bucket = levels[i]!;
      bucket.level =
        Math.max(
          0,
          bucket.level - ((clock.monotonicMs() - bucket.atMs) * limit) / (seconds * 1000),
        ) + passed;
      bucket.atMs = clock.monotonicMs();
      assert.ok(bucket.level <= limit + 1e-6, `${bucket.level} in a bucket of ${limit}`);
    });
  }
  t.diagnostic(`${admitted} admitted, ${refused} refused, never over the limit`);
  assert.ok(admitted > 700 && refused > 300);
});

test('the whole limit can be used from two processes', async (t) => {
  const db = await testDatabase(t);
  const clock = movedClock();
  const processes = [rateLimiter(db, clock, [hour]), rateLimiter(db, clock, [hour])];
  let admitted = 0;
  for (let i = 0; i < 2400; i++) if (!(await processes[i % 2]!.admit(subject))) admitted++;
  assert.equal(admitted, 1000);
});

test('most requests write nothing, and a full bucket is remembered', async (t) => {
  const db = await testDatabase(t);
  let statements = 0;
  const counting: DatabasePool = {
    ...boundTo(db),
    row: (text, values) => (statements++, db.row(text, values)),
  };
  const limiter = rateLimiter(counting, movedClock(), [hour]);
  for (let i = 0; i < 700; i++) await limiter.admit(subject);
  assert.ok(statements <= 15, `${statements} statements for 700 requests`);
  for (let i = 0; i < 301; i++) await limiter.admit(subject);
  const whenFull = statements;
  for (let i = 0; i < 500; i++) await limiter.admit(subject);
  assert.equal(statements, whenFull, 'refusing writes nothing');
});

test('an idle lease goes back, and what is closed gives back at once', async (t) => {
  const db = await testDatabase(t);
  const clock = movedClock();
  const levelOf = async () =>
    (await db.row<{ level: number }>('select level from rate_bucket'))?.level ?? 0;
  const [one, other] = [rateLimiter(db, clock, [hour]), rateLimiter(db, clock, [hour])];
  await one.admit(subject);
  assert.equal(await levelOf(), 50);
  clock.move(5_000);
  await one.worker.runOnce();
  assert.ok(
    (await levelOf()) <= 2.4,
    'one was spent; of the rest, what leaked meanwhile stays counted',
  );
  await other.admit(subject);
  await other.close();
  assert.ok((await levelOf()) <= 3.4);
});

test('one subject is not held up by another, and none is counted when one is full', async (t) => {
  const limiter = rateLimiter(await testDatabase(t), movedClock(), [{ limit: 2, seconds: 60 }]);
  assert.equal(await limiter.admit(['app:A', 'ip:1']), undefined);
  assert.equal(await limiter.admit(['app:A', 'ip:1']), undefined);
  assert.equal(limiter.excessOf('ip:1'), undefined, 'no request was refused yet');
  assert.notEqual(await limiter.admit(['app:A', 'ip:2']), undefined);
  assert.notEqual(await limiter.admit(['app:A', 'ip:2']), undefined);
  assert.equal(await limiter.admit(['app:B', 'ip:2']), undefined);
  assert.equal(
    await limiter.admit(['app:B', 'ip:2']),
    undefined,
    'refused requests did not fill ip:2',
  );
  assert.notEqual(await limiter.admit(['app:C', 'ip:2']), undefined);
  assert.deepEqual(limiter.excessOf('ip:2'), { limit: 2, seconds: 60, retryAfterSeconds: 30 });
});

test('without a limit nothing is refused', async (t) => {
  const limiter = rateLimiter(await testDatabase(t), movedClock(), [{ limit: 0, seconds: 60 }]);
  for (let i = 0; i < 100; i++) assert.equal(await limiter.admit(subject), undefined);
});

function boundTo(db: DatabasePool): DatabasePool {
  return {
    rows: db.rows.bind(db),
    row: db.row.bind(db),
    lookup: db.lookup.bind(db),
    run: db.run.bind(db),
    transaction: db.transaction.bind(db),
    afterCommit: db.afterCommit.bind(db),
    snapshot: db.snapshot.bind(db),
    takeTime: db.takeTime.bind(db),
    usage: db.usage.bind(db),
    close: db.close.bind(db),
  };
}

/** Returns numbers from 0 to 1 that are the same in each run (a linear congruential generator). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}
