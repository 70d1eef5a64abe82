// The short form of people.long.ts: people work on eight customers while servers are killed.
// PEOPLE_SEED replays a run.
import { test } from 'node:test';
import { openTestDatabase } from '../support/database.ts';
import { peopleAtWork } from './people.ts';

const seed = Number(process.env['PEOPLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test('whatever people do at the same time, each due cycle is captured once or not at all', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const { url } = await openTestDatabase(t);
  const done = await peopleAtWork({
    url,
    seed,
    customers: 10,
    rounds: 4,
    actionsARound: 5,
    peopleACustomer: 2,
    servers: 2,
    killsARound: 1,
    does: [
      'changeZone',
      'chargeNow',
      'merge',
      'newCard',
      'pauseOrGoOn',
      'readForm',
      'saveForm',
      'staffPays',
      'staffRejects',
    ],
    missedShipments: 'bill',
  });
  t.diagnostic(JSON.stringify(done));
});
