import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordFault, spellings } from './passwordRule.ts';

const words = ['DEMO', 'Demo Coffee', 'ann.smith', 'Ann Smith'];
const passwords: [password: string, reason: RegExp | undefined][] = [
  ['correct horse battery', undefined],
  ['twelve chars', undefined],
  ['eleven char', /has 11 characters/],
  ['x'.repeat(201), /has 201 characters/],
  ['\u{1f40e}\u{1f50b}\u{1f50c}\u{1f408}\u{1f415}\u{1f984}'.repeat(2), undefined],
  ['aaaaaaaaaaaaaaaa', /repeats/],
  ['abababababab', /repeats/],
  ['ann.smith2026', /name of the user/],
  ['AnnSmith-Coffee', /name of the user/],
  ['perennial-2026', /this product/],
  ['Perennial flowers bloom', undefined],
  ['coffee at dawn with Ann', undefined],
];
test('a password is long, varied, and more than a name', () => {
  for (const [password, reason] of passwords) {
    const fault = passwordFault(password, 'new', words);
    if (reason) assert.match(fault?.reason ?? 'accepted', reason, password);
    else assert.equal(fault, undefined, password);
  }
});

const looked: [password: string, spelled: string[]][] = [
  ['correct horse', ['correct horse']],
  ['Administrator', ['Administrator', 'administrator']],
  ['Administrator2026!', ['Administrator2026!', 'administrator2026!', 'administrator']],
  ['123456789012', ['123456789012']],
];
test('the spellings that people vary are looked up', () => {
  for (const [password, spelled] of looked) assert.deepEqual(spellings(password), spelled);
});
