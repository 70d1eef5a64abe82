import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsOf } from '../../../test/http/objects.ts';
import { type TestApp, testApp } from '../../../test/support/app.ts';
import { auditWorker } from './auditWorker.ts';

const workerOf = (app: TestApp) => app.app.workers.find(({ name }) => name === 'audits')!;

async function request(app: TestApp) {
  const { status, body } = await app.request({ operation: 'requestAudit' });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const read = async (app: TestApp, auditId: string) =>
  (await app.request({ operation: 'getBackgroundAudit', params: { audit_id: auditId } })).body
    .audit;

test('a requested audit is done by a worker, and its findings name their records', async () => {
  const app = await testApp();
  const { auto_order_oid: oid, order_id: orderId } = await objectsOf(app, app.key, 2);
  // `objectsOf` requested an audit as well; the worker runs it first.
  await workerOf(app).runOnce();
  await app.db.run(
    `update orders set summary = jsonb_set(summary::jsonb, '{subtotal,value}', '1')::json
     where merchant_id = 'TEST' and order_id = $1`,
    [orderId],
  );
  await app.db.run(
    "update auto_order set rebill_count = 7 where merchant_id = 'TEST' and auto_order_oid = $1",
    [oid],
  );
  const { audit: requested, warning } = await request(app);
  assert.deepEqual(
    [requested.state, requested.differences, warning],
    ['waiting', undefined, undefined],
  );

  assert.equal(await workerOf(app).runOnce(), 1);
  const audit = await read(app, requested.audit_id);
  assert.deepEqual(
    [audit.state, audit.done_count, audit.total_count, audit.order_count],
    ['done', 2, 2, 2],
  );
  const { body: long } = await app.request({ operation: 'getAudit' });
  assert.equal(audit.difference_count, long.difference_count);
  assert.ok(audit.difference_count >= 1);
  for (const { auto_order_oid: at, order_id: order } of audit.differences)
    assert.ok(String(at) === oid || order === orderId, JSON.stringify(audit.differences));
  assert.equal(await workerOf(app).runOnce(), 0, 'nothing is left to do');
});

test('a merchant has one open audit at a time', async () => {
  const app = await testApp();
  await app.addMerchant('OTHER');
  const { audit: first } = await request(app);
  const again = await request(app);
  assert.equal(again.audit.audit_id, first.audit_id);
  assert.equal(again.warning.warning_code, 'audit_was_open');
  const other = await app.request({ operation: 'requestAudit', key: await app.addKey('OTHER') });
  assert.notEqual(other.body.audit.audit_id, first.audit_id);

  await workerOf(app).runOnce();
  const next = await request(app);
  assert.notEqual(next.audit.audit_id, first.audit_id);
  const { body } = await app.request({ operation: 'getAudits' });
  assert.deepEqual(
    body.audits.map((each: { audit_id: string; state: string }) => [each.audit_id, each.state]),
    [
      [next.audit.audit_id, 'waiting'],
      [first.audit_id, 'done'],
    ],
  );
});

test('an audit whose process was stopped is done again by another one', async () => {
  const app = await testApp();
  const { audit } = await request(app);
  // A process that is killed in the middle of an audit leaves this row.
  await app.db.run(
    `update audit set state = 'running', started_at = now(), done_count = 500, total_count = 900,
       lease_until = statement_timestamp() + interval '1 minute' where merchant_id = 'TEST'`,
  );
  assert.equal(await workerOf(app).runOnce(), 0, 'it is the work of the other process');
  await app.db.run("update audit set lease_until = now() where merchant_id = 'TEST'");
  assert.equal(await workerOf(app).runOnce(), 1);
  const { state, done_count: done, total_count: total } = await read(app, audit.audit_id);
  assert.deepEqual([state, done, total], ['done', 0, 0]);
});

test('an audit that fails is tried again, and ends with a reason after three times', async () => {
  const app = await testApp();
  const { audit } = await request(app);
  const { log } = await app.context();
  const contextFor = (merchantId: string) => app.context(merchantId);
  const { runOnce } = auditWorker({ db: app.db, log, contextFor }, () =>
    Promise.reject(new Error('the books cannot be read')),
  );
  for (const expected of ['waiting', 'waiting', 'failed']) {
    await runOnce();
    const { state, failure_reason: reason, ended_dts: ended } = await read(app, audit.audit_id);
    const isOver = expected === 'failed';
    assert.deepEqual(
      [state, reason !== undefined, ended !== undefined],
      [expected, isOver, isOver],
    );
    assert.equal(await runOnce(), 0, 'the next try is later');
    await app.db.run("update audit set lease_until = now() where merchant_id = 'TEST'");
  }
  assert.equal(await runOnce(), 0, 'it is over');
});
