import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCardNumber, lastFourOf } from './cardNumbers.ts';

const visa = '4111111111111111';
/** Writes the digits in groups of these sizes, with a separator between them. */
const broken = (digits: string, separator: string, ...sizes: number[]): string => {
  let at = 0;
  return sizes.map((size) => digits.slice(at, (at += size))).join(separator);
};
const inScript = (zero: number, digits = visa): string =>
  [...digits].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');

const refused: Record<string, string> = {
  Visa: '4444333322221111',
  'Visa, nineteen digits': '4000000000000000006',
  Mastercard: '5555555555554444',
  'Mastercard, 2 series': '2223003122003222',
  'American Express': '378282246310005',
  'Diners Club': '36227206271667',
  'Diners Club, sixteen digits': '3056930009020004',
  Discover: '6011111111111117',
  JCB: '3566002020360505',
  UnionPay: '6200000000000005',
  'UnionPay, nineteen digits': '6205500000000000004',
  Maestro: '6759649826438453',
  'Maestro, nineteen digits': '6304000000000000000',
  'Maestro, twelve digits': '676770000005',
  Mir: '2200000000000004',
  Elo: '5066991111111118',
  Hipercard: '6062828888666688',
  Troy: '9792030394440796',
  'in groups': '4444 3333 2222 1111',
  'with hyphens': '4444-3333-2222-1111',
  'fifteen digits as printed': '3782-822463-10005',
  'fourteen digits as printed': '3622 720627 1667',
  'nineteen digits as printed': '6205 5000 0000 0000 004',
  'in halves': '41111111 11111111',
  'six and ten': '411111 1111111111',
  'digit by digit': [...visa].join(' '),
  'in pairs': broken(visa, ' ', 2, 2, 2, 2, 2, 2, 2, 2),
  'in threes': broken(visa, '.', 3, 3, 3, 3, 3, 1),
  'with different separators': '4111-1111.1111 1111',
  'a group a line': '4111\n1111\n1111\n1111',
  'inside a note': 'please use 378282246310005 from now on',
  'inside a note, in groups, with more numbers': 'on 2027-01-15: 4111 1111 1111 1111, 12/30, 123',
  'with the expiry behind it': '4111 1111 1111 1111 1230',
  'the second of two': '4111 1111 1111 1112, 4111 1111 1111 1111',
  'next to punctuation': '(4111111111111111)',
  'after an underscore': 'card_4444333322221111',
  'after a word': 'visa4111111111111111',
  'in a word': 'cc#4111111111111111exp0330',
  'after a letter': 'x4111111111111111',
  'on a magnetic stripe': ';4111111111111111=30121010000012300000?',
  'after the hash of a file': `d41d8cd98f00b204e9800998ecf8427e ${visa}`,
  'full-width': inScript(0xff10),
  'Arabic-Indic': inScript(0x660),
  'Eastern Arabic': inScript(0x6f0),
  Devanagari: inScript(0x966),
  Bengali: inScript(0x9e6),
  Thai: inScript(0xe50),
  'mathematical bold': inScript(0x1d7ce),
  'mathematical monospace': inScript(0x1d7f6),
  Adlam: inScript(0x1e950),
  'in superscript': visa.replaceAll('4', '⁴').replaceAll('1', '¹'),
  circled: visa.replaceAll('4', '④').replaceAll('1', '①'),
  'of two scripts': `${visa.slice(0, 8)}${inScript(0xff10).slice(8)}`,
  'as keycaps': [...visa].map((digit) => `${digit}\ufe0f\u20e3`).join(''),
  'a line each in HTML': broken(visa, '<br/>', 4, 4, 4, 4),
  'in cells of a table': broken(visa, '</td><td class="n4">', 4, 4, 4, 4),
  'in bold, digit by digit': [...visa].map((digit) => `<b>${digit}</b>`).join(''),
  'with references to blanks': broken(visa, '&nbsp;', 4, 4, 4, 4),
  'with references to joiners': broken(visa, '&#8205;', 4, 6, 6),
  'among accents': 'Größe, naïve: 4111 1111 1111 1111, élan',
};
const separators: Record<string, string> = {
  dot: '.',
  comma: ',',
  underscore: '_',
  slash: '/',
  backslash: '\\',
  bar: ' | ',
  plus: '+',
  tab: '\t',
  'two blanks': '  ',
  'blanks and hyphens': ' - ',
  'no-break space': '\u00a0',
  'narrow no-break space': '\u202f',
  'figure space': '\u2007',
  'ideographic space': '\u3000',
  hyphen: '\u2010',
  'non-breaking hyphen': '\u2011',
  'figure dash': '\u2012',
  'en dash': '\u2013',
  'em dash': '\u2014',
  minus: '\u2212',
  'full-width hyphen': '\uff0d',
  'soft hyphen': '\u00ad',
  'middle dot': '\u00b7',
  bullet: '\u2022',
  'zero-width space': '\u200b',
  'zero-width joiner': '\u200d',
  'word joiner': '\u2060',
  'byte order mark': '\ufeff',
  'right-to-left mark': '\u200f',
  'combining mark': '\u0301',
  emoji: '💳',
};
for (const [name, separator] of Object.entries(separators)) {
  refused[`four groups with ${name}`] = broken(visa, separator, 4, 4, 4, 4);
  refused[`digits with ${name}`] = [...visa].join(separator);
}
for (const [name, text] of Object.entries(refused)) {
  test(`a card number: ${name}`, () =>
    assert.equal(findCardNumber({ a: [{ note: 'x' }, { note: text }] }), 'a[1].note'));
}

const split: [name: string, value: unknown, path: string][] = [
  ['two fields, 8 and 8', { first_name: '41111111', last_name: '11111111' }, 'last_name'],
  ['two fields, 6 and 10', { task_name: '411111', task_details: '1111111111' }, 'task_details'],
  ['two fields, 10 and 6', { a: '4111111111', b: '111111' }, 'b'],
  ['four fields', { a: '4111', b: '1111', c: '1111', d: '1111' }, 'd'],
  ['fields in groups', { a: '4111 1111', b: '1111-1111' }, 'b'],
  ['after other digits', { a: '2027', b: '4111', c: '1111', d: '1111', e: '1111' }, 'e'],
  ['a list', { tags: ['x', '4111', '1111', '1111', '1111'] }, 'tags[4]'],
  ['a list, digit by digit', { tags: [...visa] }, 'tags[15]'],
  ['fields, digit by digit', Object.fromEntries([...visa].map((d, i) => [`f${i}x`, d])), 'f15x'],
  [
    'list elements with names',
    {
      properties: [
        { name: 'a', value: '41111111' },
        { name: 'b', value: '11111111' },
      ],
    },
    'properties[1].value',
  ],
  ['fields of another script', { a: inScript(0xff10, '411111'), b: '1111111111' }, 'b'],
  ['the name of a field', { properties: { [visa]: 'x' } }, 'properties'],
  ['a number', { amount: 4111111111111111 }, 'amount'],
  ['a list of numbers', [5, 4111111111111111], '[1]'],
];
for (const [name, value, path] of split)
  test(`a card number: ${name}`, () => assert.equal(findCardNumber(value), path));

const taken: Record<string, unknown> = {
  'wrong sum': '4444333322221112',
  'wrong prefix': '1000000000000008',
  'wrong length for Visa': '411111111111116',
  'eleven digits': '00000000000',
  'all zeros': '0000000000000000',
  'part of a longer number': '44443333222211110000',
  masked: 'XXXXXXXXXXXX1111',
  'an IMEI': '352099001761481',
  'an IMEI in groups': '35-209900-176148-1',
  'the ICCID of a SIM card': '8939020000000000009',
  'a GTIN-13': '4006381333931',
  'a GTIN-13 with a right Luhn sum': '4006381300018',
  'a GTIN-13 in the range of Maestro': '5018374350930',
  'a UPC in the range of Maestro': '670000000006',
  'a GTIN-14': '10012345678902',
  'an ISBN': '978-3-16-148410-0',
  'a phone': '+1 (555) 010-9999',
  'an international phone with a right Luhn sum': '+4915000000005',
  'two phones': '0664 1234567 / 0664 7654321',
  'a tracking number of UPS': '1Z999AA10123456784',
  'a tracking number of FedEx': '9612804882227378545377',
  'a tracking number of USPS': '9400 1000 0000 0000 0000 00',
  'a tracking number of DHL': '00340434161094042557',
  'an order number of another shop': '112-1234567-1234567',
  'an order number of another shop, beginning like Visa': '402-1234567-1234567',
  'an order id': 'DEMO-0009103586',
  'a moment in milliseconds': '1737000000004',
  'a moment in microseconds': '1737000000000004',
  'a moment in nanoseconds': '1737000000000000003',
  'a moment in milliseconds, as a number': 1700000000003,
  'a moment': '2026-01-31T10:00:00-05:00',
  'a compact moment': '20260131100000',
  'a day and a time': '2026-01-31 10:00:00.000',
  'a decimal': 1234.5,
  'a decimal with many digits': '4.111111111111111',
  coordinates: '40.712776, -74.005974',
  addresses: '37.120.198.219, 37.120.198.220',
  'postal codes': '37201, 37203, 37205, 37207',
  'sizes, far too many': Array.from({ length: 40 }, (_, i) => 36 + i).join(' '),
  'a bank account': 'DE89 3704 0044 0532 0130 00',
  'a bank account whose digits fit': 'ES16 4111 1111 1111 1111 6702',
  'the end of a UUID': '123e4567-e89b-12d3-a456-676770000005',
  'a UUID with a card number by chance': '41111111-1111-1111-a456-426614174000',
  'a hash with a card number by chance': 'd41d8cd9a4111111111111111ecf8427',
  nothing: null,
};
for (const [name, value] of Object.entries(taken)) {
  test(`no card number: ${name}`, () => assert.equal(findCardNumber({ note: value }), undefined));
}

const apart: Record<string, unknown> = {
  'a postal code and a phone': { postal_code: '411111', day_phone: '1111111111' },
  'a postal code and a phone of a country': { zip: '4111', fax: '111111111111' },
  'with a word between': { a: '41111111', b: 'x', c: '11111111' },
  'ids of other systems': { item_ids: ['41111111', '11111111'] },
  'oids of a batch': { oids: [4111, 1111, 1111, 1111] },
  amounts: { a: '4111', b: '1111', c: '1111', d: '11.11' },
  'where no card is broken': { a: '41111', b: '11111111111' },
  'with a phone': { a: '411', b: '+1111111111111' },
};
for (const [name, value] of Object.entries(apart))
  test(`no card number over fields: ${name}`, () => assert.equal(findCardNumber(value), undefined));

const masks: [string, string | undefined][] = [
  ['XXXXXXXXXXXX1111', '1111'],
  ['**** **** **** 4242', '4242'],
  ['0005', '0005'],
  ['411111', undefined],
  ['', undefined],
];
for (const [text, digits] of masks)
  test(`last four of "${text}"`, () => assert.equal(lastFourOf(text), digits));
