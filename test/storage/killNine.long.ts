// `npm run test:faults`: runs killNine.test.ts with enough kills to reach rare moments.
import { test } from 'node:test';
import { killDuringWrites } from './killNine.ts';

test('no acknowledged write is lost, whatever is killed during writes', (t) =>
  killDuringWrites(t, { kills: 60, writesMax: 1000 }));
