// Stories of a merchant that stops its charges over the API and starts them again: who may do it,
// what others see, and what is charged afterwards. Only an operator can end an operator's stop.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { allPermissions, type TestRequest, testApp } from '../support/app.ts';
import { runPerennial } from '../support/commandLine.ts';
import { openTestDatabase } from '../support/database.ts';
import { logInAs } from '../support/sessions.ts';
import { addSubscription } from '../support/workflow.ts';

const { db, url } = await openTestDatabase();
const app = await testApp({ db });
const ann = await logInAs(app, { login: 'ann', name: 'Ann Admin', permissions: allPermissions });

const asAnn = async <Id extends OperationId>(given: TestRequest<Id>) =>
  app.request({ ...given, ...ann.request });
const charging = async () => (await app.request({ operation: 'getCharging' })).body.charging;
const stop = async (reason: string) =>
  (await asAnn({ operation: 'stopCharging', body: { reason } })).body.charging;
const start = (stopped_dts?: string) =>
  asAnn({ operation: 'startCharging', body: stopped_dts === undefined ? {} : { stopped_dts } });
const acts = async (act: string) =>
  (await app.request({ operation: 'getAuditLog', query: { act } })).body.entries;

test('what falls due during a stop waits, and is charged once after the start', async () => {
  const { auto_order_oid: oid } = await addSubscription(app, 'waits@example.com');
  const captured = () => app.books.captures().length;
  const before = captured();
  assert.deepEqual(await charging(), { state: 'on' });
  const stopped = await stop('  wrong prices ');
  assert.deepEqual(
    { ...stopped, stopped_dts: undefined },
    {
      state: 'stopped',
      stopped_dts: undefined,
      stopped_by: 'Ann Admin',
      stopped_by_operator: false,
      reason: 'wrong prices',
    },
  );
  const again = await app.request({
    operation: 'stopCharging',
    body: { reason: 'a second thought' },
  });
  assert.deepEqual(again.body.charging, stopped, 'a second stop changes nothing');
  assert.deepEqual(await charging(), stopped);

  await app.setClock('2026-02-20T17:00:00Z');
  await app.work();
  assert.equal(captured(), before);
  const { body } = await app.request({
    operation: 'attemptAutoOrderRebill',
    params: { auto_order_oid: oid },
  });
  assert.match(body.failure_reason, /: Ann Admin stopped the charges of TEST .*\(wrong prices\)/);
  assert.match(body.failure_reason, /start the charges under Health/);
  assert.doesNotMatch(body.failure_reason, /perennial merchant/);

  const other = await start('2020-01-01T00:00:00Z');
  assert.equal(other.status, 400);
  assert.match(other.body.error.user_message, /Ann Admin stopped the charges again \(wrong prices/);
  assert.equal((await charging()).state, 'stopped');

  assert.deepEqual((await start(stopped.stopped_dts)).body.charging, { state: 'on' });
  assert.deepEqual((await start()).body.charging, { state: 'on' }, 'a second start');
  await app.work();
  assert.equal(captured(), before + 1);
  const [entry, ...more] = await acts('stopCharging');
  assert.deepEqual(more, []);
  assert.deepEqual(entry.after, { charges: 'stopped', reason: 'wrong prices', by: 'Ann Admin' });
  assert.equal((await acts('startCharging')).length, 1);
});

test('staff without configuration_write read the state and cannot change it', async () => {
  const key = await app.addKey('TEST', ['auto_order_read', 'auto_order_write', 'order_write']);
  const { status } = await app.request({ operation: 'getCharging', key });
  assert.equal(status, 200);
  for (const request of [
    { operation: 'stopCharging', body: { reason: 'a prank' } },
    { operation: 'startCharging' },
  ] as const) {
    const refused = await app.request({ ...request, key });
    assert.equal(refused.status, 401);
    assert.match(refused.body.error.user_message, /configuration_write/);
  }
  for (const reason of [undefined, '', '   ', 'x'.repeat(201)]) {
    const refused = await asAnn({
      operation: 'stopCharging',
      body: reason === undefined ? {} : { reason },
    });
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.user_message, /reason/);
  }
  assert.deepEqual(await charging(), { state: 'on' });
});

test('the command takes the place of a stop here, and is ended by a command alone', async () => {
  const command = async (...args: string[]) =>
    runPerennial(['merchant', ...args, '--id', 'TEST'], { DATABASE_URL: url });
  const refusedStart = async () => {
    const refused = await start();
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.user_message, /merchant start-charges --id TEST/);
  };
  await stop('ours');
  const { code, err } = await command('stop-charges', '--reason', 'the bank called');
  assert.equal(code, 0, err);
  const shown = await charging();
  assert.deepEqual(
    { ...shown, stopped_dts: undefined },
    {
      state: 'stopped',
      stopped_dts: undefined,
      stopped_by: 'the operator',
      stopped_by_operator: true,
      reason: 'the bank called',
    },
  );
  assert.deepEqual(await stop('ours again'), shown);
  await refusedStart();
  assert.match((await command('stop-charges', '--reason', 'twice')).err, /stopped already/);
  const [entry] = await acts('merchant stop-charges');
  assert.deepEqual(entry.before, { reason: 'ours', by: 'Ann Admin' });
  assert.equal((await command('start-charges')).code, 0);
  assert.deepEqual(await charging(), { state: 'on' });
  // The command also ends a stop that a person of the merchant began.
  await stop('ours');
  assert.equal((await command('start-charges')).code, 0);
  assert.deepEqual(await charging(), { state: 'on' });
  assert.match((await command('start-charges')).err, /are not stopped/);
});
