import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochOf, subjectOfKey } from './restored.ts';

const keys: readonly [key: string, subject: string | undefined, epoch: number][] = [
  ['rebill:SHOP:20:1:1', 'rebill:SHOP:20:1', 1],
  ['rebill:SHOP:20:1:3:2', 'rebill:SHOP:20:1', 2],
  ['rebill:SHOP:20:11:1:12', 'rebill:SHOP:20:11', 12],
  ['order:SHOP:SHOP-0010000241', 'order:SHOP:SHOP-0010000241', 1],
  ['rebill:SHOP:20', undefined, 1],
  ['another customer', undefined, 1],
];

for (const [key, subject, epoch] of keys)
  test(`${key} stands for ${subject} in epoch ${epoch}`, () => {
    assert.deepEqual([subjectOfKey(key), epochOf(key)], [subject, epoch]);
  });
