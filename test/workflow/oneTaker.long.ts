// The long form of a test in tasks.test.ts, which plays only a few rounds. TAKE_ROUNDS makes it
// shorter or longer.
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { oneTakerWins } from './oneTaker.ts';

const rounds = Number(process.env['TAKE_ROUNDS'] ?? 1000);

test('of fifty who take a task at once one wins, each time', async (t) => {
  await oneTakerWins(await testApp(), rounds);
  t.diagnostic(`${rounds} times 50 takers, ${rounds} winners`);
});
