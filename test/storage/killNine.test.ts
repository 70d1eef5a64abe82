import { test } from 'node:test';
import { killDuringWrites } from './killNine.ts';

test('no acknowledged write is lost, whatever is killed during writes', (t) =>
  killDuringWrites(t, { kills: 4, writesMax: 300 }));
