import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, foldTrimmed, upperCode } from './caseFolding.ts';

const alike: [one: string, other: string][] = [
  ['TEA', 'tea'],
  ['CAFÉ', 'café'],
  ['café', 'cafe\u0301'],
  ['ΚΑΦΕΣ', 'καφες'],
  ['καφεσ', 'καφες'],
  ['STRASSE', 'straße'],
  ['STRAẞE', 'straße'],
  ['İNCİR', 'i̇nci̇r'],
  ['İ', 'I\u0307'],
  ['Ǆ', 'ǆ'],
  ['ǅ', 'ǆ'],
  ['ﬁ', 'FI'],
  ['Ꭰ', 'ꭰ'],
  ['𐐔', '𐐼'],
  ['ა', 'Ა'],
  ['\u212a', 'k'],
];
for (const [one, other] of alike)
  test(`${one} is ${other}`, () => assert.equal(fold(one), fold(other)));

const different: [one: string, other: string][] = [
  ['admın', 'admin'],
  ['adm\u0130n', 'admin'],
  ['e', 'é'],
  ['Ａ', 'A'],
  ['а', 'a'],
  ['tea', 'tea '],
];
for (const [one, other] of different)
  test(`${one} is not ${other}`, () => assert.notEqual(fold(one), fold(other)));

test('every character is found by its capital, its small letter and its other forms', () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code === 0xd800) code = 0xe000;
    const one = String.fromCodePoint(code);
    const forms = new Set([one.toLowerCase(), one.toUpperCase(), one.normalize('NFD')]);
    if (forms.size === 1) continue;
    forms.add(fold(one));
    if ([...forms].some((form) => fold(form) !== fold(one))) wrong.push(one);
  }
  assert.deepEqual(wrong, ['ı'], 'its capital is that of i');
});

test('blanks around a filter do not count, and codes are of ASCII letters', () => {
  assert.equal(foldTrimmed(' Ann\t'), 'ann');
  assert.deepEqual([' demo-1 ', 'ſhop', 'shıp'].map(upperCode), ['DEMO-1', 'ſHOP', 'SHıP']);
});
