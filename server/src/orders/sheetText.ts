import type { Fact, Section, Sheet, SheetLine, SheetTable } from './sheet.ts';

/** The width of a line of text, in characters. */
const width = 72;

/** Returns a sheet as plain text. */
export function sheetText({ title, facts, addresses, tables, totals, sections }: Sheet): string {
  return [
    [title, '='.repeat(Math.min(title.length, width))],
    facts.map(([label, value]) => `${label}: ${value}`),
    ...addresses.map(sectionText),
    ...tables.map(tableText),
    totals.map(totalText),
    ...sections.map(sectionText),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
    .concat('\n');
}

const sectionText = ({ title, lines }: Section): string[] => [
  `${title}:`,
  ...lines.map(({ text }) => `  ${text}`),
];

const tableText = ({ title, hasPrices, lines }: SheetTable): string[] => [
  ...(title === undefined ? [] : [`${title}:`]),
  ...lines.flatMap((line) => lineText(line, hasPrices)),
];

function lineText(line: SheetLine, hasPrices: boolean): string[] {
  const left = `${line.quantity} x ${line.itemId}  ${line.description}`;
  return [
    hasPrices ? spread(left, line.amount) : left,
    ...line.details.map((detail) => `      ${detail}`),
  ];
}

const totalText = ([label, amount]: Fact): string => spread(label, amount);

/** Keeps at least two spaces between a long text and its amount. */
const spread = (left: string, right: string): string =>
  left.padEnd(width - right.length - 2) + `  ${right}`;
