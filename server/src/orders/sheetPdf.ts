import { isPrintable, type PdfPage, pageSize, pdfDocument, widthOf } from '../kernel/pdf.ts';
import type { Fact, Section, Sheet, SheetLine, SheetTable } from './sheet.ts';

const margin = 54;
const right = pageSize.width - margin;
const size = 10;
const leading = 14;
/** The right ends of the columns of numbers. */
const columns = { quantity: 400, price: 478, amount: right };

/** Returns a sheet as a PDF document. */
export function sheetPdf(sheet: Sheet): Buffer {
  const layout = new Layout();
  layout.title(sheet.title);
  for (const fact of sheet.facts) layout.fact(fact);
  layout.beside(sheet.addresses);
  for (const table of sheet.tables) layout.table(table);
  layout.totals(sheet.totals);
  for (const section of sheet.sections) layout.section(section);
  return pdfDocument(sheet.title, layout.pages);
}

/** Whether a PDF can show every character of a sheet. */
export const isPrintableSheet = (sheet: Sheet): boolean => isPrintable(JSON.stringify(sheet));

/** Places a sheet on pages, from the top to the bottom. */
class Layout {
  readonly pages: PdfPage[] = [];
  #page: PdfPage[number][] = [];
  #y = 0;

  constructor() {
    this.#turn();
  }

  #turn(): void {
    this.#page = [];
    this.pages.push(this.#page);
    this.#y = pageSize.height - margin;
  }

  /** Moves down, or to the next page if this one has no room left. */
  #down(points: number = leading): void {
    this.#y -= points;
    if (this.#y < margin) this.#turn();
  }

  #put(text: string, x: number, { isBold = false, points = size } = {}): void {
    this.#page.push({ kind: 'text', x, y: this.#y, size: points, isBold, text });
  }

  #putRight(text: string, end: number, isBold = false): void {
    this.#put(text, end - widthOf(text, size), { isBold });
  }

  title(text: string): void {
    for (const line of wrapped(text, right - margin, 16)) {
      this.#put(line, margin, { isBold: true, points: 16 });
      this.#down(22);
    }
  }

  fact([label, value]: Fact): void {
    this.#put(label, margin, { isBold: true });
    for (const line of wrapped(value, right - margin - 110)) {
      this.#put(line, margin + 110);
      this.#down();
    }
  }

  /** The addresses are next to each other. */
  beside(sections: readonly Section[]): void {
    if (sections.length === 0) return;
    const rows = Math.max(...sections.map(({ lines }) => lines.length)) + 1;
    if (this.#y - (rows + 1) * leading < margin) this.#turn();
    this.#down();
    const top = this.#y;
    for (const [place, { title, lines }] of sections.entries()) {
      this.#y = top;
      const x = margin + place * 250;
      this.#put(title, x, { isBold: true });
      for (const { text } of lines) {
        this.#y -= leading;
        this.#put(wrapped(text, 240)[0] ?? '', x);
      }
    }
    this.#y = top - rows * leading;
  }

  table({ title, hasPrices, lines }: SheetTable): void {
    this.#down();
    if (title !== undefined) {
      this.#put(title, margin, { isBold: true });
      this.#down();
    }
    this.#put('Item', margin, { isBold: true });
    this.#putRight('Quantity', columns.quantity, true);
    if (hasPrices) {
      this.#putRight('Price', columns.price, true);
      this.#putRight('Amount', columns.amount, true);
    }
    this.#rule();
    for (const line of lines) this.#line(line, hasPrices);
  }

  #line(line: SheetLine, hasPrices: boolean): void {
    this.#putRight(line.quantity, columns.quantity);
    if (hasPrices) {
      this.#putRight(line.price, columns.price);
      this.#putRight(line.amount, columns.amount);
    }
    const texts = [line.description, line.itemId, ...line.details];
    for (const text of texts.flatMap((each) => wrapped(each, 290))) {
      this.#put(text, margin);
      this.#down();
    }
    this.#down(4);
  }

  #rule(): void {
    this.#down(6);
    this.#page.push({ kind: 'line', x: margin, y: this.#y, width: right - margin });
    this.#down();
  }

  totals(totals: readonly Fact[]): void {
    if (totals.length === 0) return;
    this.#rule();
    for (const [place, [label, amount]] of totals.entries()) {
      const isTotal = place === totals.length - 1;
      this.#putRight(label, columns.price, isTotal);
      this.#putRight(amount, columns.amount, isTotal);
      this.#down();
    }
  }

  section({ title, lines }: Section): void {
    this.#down();
    this.#put(title, margin, { isBold: true });
    for (const text of lines.flatMap((each) => wrapped(each.text, right - margin))) {
      this.#down();
      this.#put(text, margin);
    }
    this.#down();
  }
}

/** Splits a text at its spaces. A word that is wider than a line is split as well. */
function wrapped(text: string, width: number, points: number = size): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer, points) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = partsOf(word, width, points);
    line = parts.pop() ?? '';
    lines.push(...parts);
  }
  return [...lines, line];
}

function partsOf(word: string, width: number, points: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (widthOf(part + character, points) > width) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}
