import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCardNumber, lastFourOf } from './cardNumbers.ts';

const refused: Record<string, unknown> = {
  'sixteen digits': '4444333322221111',
  'in groups': '4444 3333 2222 1111',
  'with hyphens': '4444-3333-2222-1111',
  'inside a note': 'please use 378282246310005 from now on',
  'beside punctuation': '(4111111111111111)',
  'twelve digits': '676770000005',
  'nineteen digits': '6304000000000000000',
  'fifteen digits as printed': '3782-822463-10005',
  'after an underscore': 'card_4444333322221111',
};
for (const [name, value] of Object.entries(refused)) {
  test(`a card number: ${name}`, () =>
    assert.equal(findCardNumber({ a: [{ note: 'x' }, { note: value }] }), 'a[1].note'));
}

const taken: Record<string, unknown> = {
  'wrong sum': '4444333322221112',
  'eleven digits': '00000000000',
  'all zeros': '0000000000000000',
  'twenty digits': '44443333222211110000',
  masked: 'XXXXXXXXXXXX1111',
  'inside a hexadecimal token': '0018ab4444333322221111f5',
  'the end of a UUID': '123e4567-e89b-12d3-a456-676770000005',
  'an order number of another shop': '112-1234567-1234567',
  'a moment in milliseconds': 1700000000003,
  'an order id': 'DEMO-0009103586',
  'a date': '2026-01-31T10:00:00-05:00',
  'a phone': '+1 (555) 010-9999',
  'a decimal': 1234.5,
  nothing: null,
};
for (const [name, value] of Object.entries(taken)) {
  test(`no card number: ${name}`, () => assert.equal(findCardNumber({ note: value }), undefined));
}

const masks: [string, string | undefined][] = [
  ['XXXXXXXXXXXX1111', '1111'],
  ['**** **** **** 4242', '4242'],
  ['0005', '0005'],
  ['411111', undefined],
  ['', undefined],
];
for (const [text, digits] of masks)
  test(`last four of "${text}"`, () => assert.equal(lastFourOf(text), digits));
