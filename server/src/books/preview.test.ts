import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { type PreviewTrial, previewHolds } from '../../../test/support/previewHolds.ts';

const trials: readonly PreviewTrial[] = [
  {
    merchantId: 'NYC',
    timeZone: 'America/New_York',
    now: '2027-12-20T17:00:00Z',
    missedShipments: 'bill',
    seed: 1,
    count: 60,
    span: '8mo',
  },
  {
    merchantId: 'VIE',
    timeZone: 'Europe/Vienna',
    now: '2026-02-27T23:30:00Z',
    missedShipments: 'skip',
    seed: 2,
    count: 60,
    span: '8mo',
  },
  // At Lord Howe, daylight saving time moves the clock by half an hour.
  {
    merchantId: 'LHI',
    timeZone: 'Australia/Lord_Howe',
    now: '2026-03-01T00:00:00Z',
    missedShipments: 'bill',
    seed: 3,
    count: 60,
    span: '8mo',
  },
  {
    merchantId: 'ALL',
    timeZone: 'America/New_York',
    now: '2026-01-20T17:00:00Z',
    missedShipments: 'bill',
    seed: 4,
    count: 30,
    span: '4mo',
    market: true,
  },
];

test('the engine orders what a preview says, to the cent and the minute', async (t) => {
  const app = await testApp();
  for (const trial of trials) {
    const { autoOrders, rebills } = await previewHolds(app, trial);
    const what = trial.market ? ', everything on' : '';
    t.diagnostic(
      `${trial.timeZone}${what}: ${autoOrders} auto orders, ${rebills} rebills as previewed`,
    );
    assert.ok(rebills > (trial.market ? 100 : 150));
  }
});
