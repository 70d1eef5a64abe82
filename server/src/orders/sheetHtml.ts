import { escapeHtml } from '../kernel/html.ts';
import type { Fact, Section, Sheet, SheetLine, SheetTable, SheetText } from './sheet.ts';

/** How the same parts are rendered as HTML for a web page or for a mail. */
interface Markup {
  /**
   * Attributes of the whole sheet, of headings, of a table, of a cell, and of a cell with an
   * amount.
   */
  readonly whole: string;
  readonly heading: string;
  readonly table: string;
  readonly cell: string;
  readonly amount: string;
  readonly hasLinks: boolean;
}

/**
 * Returns a sheet as HTML with tables. The styles are in the elements, because a mail needs them
 * there.
 */
export const sheetTable = (sheet: Sheet, { isMail, hasLinks }: HtmlWishes): string =>
  htmlOf(sheet, { ...(isMail ? mailMarkup : tableMarkup), hasLinks });

/** The options for rendering a sheet as HTML. */
export interface HtmlWishes {
  readonly isMail: boolean;
  /** Whether email addresses are links. */
  readonly hasLinks: boolean;
}

const tableMarkup = {
  whole: '',
  heading: '',
  table: ' cellpadding="4"',
  cell: ' align="left" valign="top"',
  amount: ' align="right" valign="top"',
};

const mailMarkup = {
  whole: ' style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1a1a1a"',
  heading: ' style="font-size:17px;margin:20px 0 4px"',
  table: ' style="border-collapse:collapse;width:100%"',
  cell: ' style="padding:4px 12px 4px 0;text-align:left;vertical-align:top"',
  amount: ' style="padding:4px 0;text-align:right;vertical-align:top"',
};

function htmlOf(sheet: Sheet, markup: Markup): string {
  const { title, facts, addresses, tables, totals, sections } = sheet;
  return [
    `<div${markup.whole}>`,
    `<h2>${escapeHtml(title)}</h2>`,
    factTable(facts, markup, markup.cell),
    ...addresses.map((section) => sectionHtml(section, markup)),
    ...tables.map((table) => lineTable(table, markup)),
    totals.length === 0 ? '' : factTable(totals, markup, markup.amount),
    ...sections.map((section) => sectionHtml(section, markup)),
    '</div>',
  ]
    .filter(Boolean)
    .join('\n');
}

const factTable = (facts: readonly Fact[], { table, cell }: Markup, valueCell: string): string =>
  `<table${table}>${facts
    .map(
      ([label, value]) =>
        `<tr><th${cell} scope="row">${escapeHtml(label)}</th><td${valueCell}>${escapeHtml(value)}</td></tr>`,
    )
    .join('')}</table>`;

const sectionHtml = ({ title, lines }: Section, { heading, hasLinks }: Markup): string =>
  `<h3${heading}>${escapeHtml(title)}</h3>\n<p>${textsHtml(lines, hasLinks)}</p>`;

const textsHtml = (lines: readonly SheetText[], hasLinks: boolean): string =>
  lines
    .map(({ text, email }) =>
      email !== undefined && hasLinks
        ? `<a href="mailto:${encodeURIComponent(email)}">${escapeHtml(text)}</a>`
        : escapeHtml(text),
    )
    .join('<br>');

function lineTable({ title, hasPrices, lines }: SheetTable, markup: Markup): string {
  const { heading, table, cell, amount } = markup;
  const head = [
    `<th${cell} scope="col">Item</th>`,
    `<th${amount} scope="col">Quantity</th>`,
    ...(hasPrices
      ? [`<th${amount} scope="col">Price</th>`, `<th${amount} scope="col">Amount</th>`]
      : []),
  ].join('');
  const caption = title === undefined ? '' : `<h3${heading}>${escapeHtml(title)}</h3>\n`;
  const rows = lines.map((line) => lineRow(line, hasPrices, markup)).join('');
  return `${caption}<table${table}><tr>${head}</tr>${rows}</table>`;
}

function lineRow(line: SheetLine, hasPrices: boolean, { cell, amount }: Markup): string {
  const texts = [line.description, line.itemId, ...line.details].map(escapeHtml).join('<br>');
  const numbers = [line.quantity, ...(hasPrices ? [line.price, line.amount] : [])];
  const cells = numbers.map((text) => `<td${amount}>${escapeHtml(text)}</td>`).join('');
  return `<tr><td${cell}>${texts}</td>${cells}</tr>`;
}

/** Returns a sheet as HTML of `div` elements with classes, for a page with its own style sheet. */
export function sheetDivs(sheet: Sheet, hasLinks: boolean): string {
  const { title, facts, addresses, tables, totals, sections } = sheet;
  return div('order-sheet', [
    div('order-title', [escapeHtml(title)]),
    div('order-facts', facts.map(factDiv)),
    div(
      'order-addresses',
      addresses.map((section) => sectionDiv(section, hasLinks)),
    ),
    ...tables.map(tableDiv),
    div('order-totals', totals.map(factDiv)),
    ...sections.map((section) => sectionDiv(section, hasLinks)),
  ]);
}

const div = (name: string, parts: readonly string[]): string =>
  parts.length === 0 ? '' : `<div class="${name}">${parts.join('')}</div>`;

const factDiv = ([label, value]: Fact): string =>
  div('order-fact', [div('label', [escapeHtml(label)]), div('value', [escapeHtml(value)])]);

const sectionDiv = ({ title, lines }: Section, hasLinks: boolean): string =>
  div('order-section', [div('heading', [escapeHtml(title)]), textsHtml(lines, hasLinks)]);

const tableDiv = ({ title, hasPrices, lines }: SheetTable): string =>
  div('order-lines', [
    ...(title === undefined ? [] : [div('heading', [escapeHtml(title)])]),
    ...lines.map((line) =>
      div('order-line', [
        div('quantity', [escapeHtml(line.quantity)]),
        div('item', [
          [line.description, line.itemId, ...line.details].map(escapeHtml).join('<br>'),
        ]),
        ...(hasPrices ? [div('amount', [escapeHtml(line.amount)])] : []),
      ]),
    ),
  ]);

/** The style sheet of {@link sheetDivs}. */
export const sheetStyles = `.order-sheet { font: 1rem/1.5 system-ui, sans-serif; }
.order-title { font-size: 1.25rem; font-weight: 600; }
.order-sheet .heading, .order-fact .label { font-weight: 600; }
.order-addresses { display: flex; flex-wrap: wrap; gap: 2rem; }
.order-section, .order-lines, .order-totals { margin-top: 1rem; }
.order-fact, .order-line { display: flex; gap: 1rem; }
.order-line .item { flex: 1; }
.order-totals .order-fact { justify-content: flex-end; }
`;
