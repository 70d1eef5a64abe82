// `npm run test:faults`: people work on auto orders (clicks, new cards, stale forms, pauses, …)
// while servers and PostgreSQL are killed or restarted. PEOPLE_SEED replays the same actions and
// kills, PEOPLE_ROUNDS makes a run shorter or longer.
import { test } from 'node:test';
import { type PeopleAtWork, peopleAtWork } from './people.ts';
import type { ActionName } from './peopleActions.ts';
import { openRestartableStore } from './restartableStore.ts';

const seed = Number(process.env['PEOPLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const rounds = Number(process.env['PEOPLE_ROUNDS'] ?? 20);

const clerks: readonly ActionName[] = [
  'changeZone',
  'chargeNow',
  'merge',
  'newCard',
  'pauseOrGoOn',
  'readForm',
  'saveForm',
  'staffPays',
  'staffRejects',
];
const runs: Pick<PeopleAtWork, 'missedShipments' | 'does'>[] = [
  { missedShipments: 'bill', does: clerks },
  { missedShipments: 'one', does: [...clerks, 'cancelOrStart', 'endItem'] },
];

for (const [index, run] of runs.entries()) {
  const title = `missed shipments "${run.missedShipments}", ${run.does.join(', ')}`;
  test(title, { timeout: 3_600_000 }, async (t) => {
    console.log(`seed ${seed}`);
    const store = await openRestartableStore();
    t.after(() => store.close());
    const done = await peopleAtWork({
      url: store.url,
      restartStore: () => store.restart(),
      seed: seed + index,
      customers: 20,
      rounds,
      actionsARound: 8,
      peopleACustomer: 3,
      servers: 3,
      killsARound: 3,
      ...run,
    });
    console.log(JSON.stringify(done));
  });
}
