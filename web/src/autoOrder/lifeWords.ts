import type { PreviewLine, PreviewRebill, PreviewRule } from '@perennial/contract/perennial.ts';
import type { TimelineEntry } from '@perennial/contract/timeline.ts';
import type { Tone } from '../kit/tone.ts';

/** Describes a price rule's effect for a person: `Step price of TEA`, `−10 %`. */
export function priceRuleWords({ rule = '', detail = '' }: PreviewRule): string {
  switch (rule) {
    case 'catalog price':
      return `Catalogue price of ${detail}`;
    case 'auto order price':
    case 'sale price':
    case 'step price':
      return `${first(rule)} of ${detail}`;
    case 'percentage discount':
      return `−${detail}`;
    case 'quantity':
      return `× ${detail}`;
    case 'arbitrary unit cost':
      return `Price of this auto order (${detail})`;
    default:
      return withDetail(rule, detail);
  }
}

/** Describes a date rule's effect: `Weekly after 2027-01-04`, `Step 3 of 3: …`. */
export function dateRuleWords({ rule = '', detail = '' }: PreviewRule): string {
  switch (rule) {
    case 'scheduled date':
      return 'The date that the auto order has';
    case 'frequency':
    case 'step':
      return first(detail);
    default:
      return withDetail(rule, detail);
  }
}

const withDetail = (rule: string, detail: string): string =>
  detail === '' ? first(rule) : `${first(rule)}: ${detail}`;

const first = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** A rule with the value after it; absent for rules without a value. */
export interface RuleStep {
  readonly words: string;
  readonly value: string | undefined;
}

/**
 * The calculation of a line's price, with the value after each rule; the last one is the line's
 * amount.
 */
export function priceSteps(line: PreviewLine, money: (amount: number) => string): RuleStep[] {
  return (line.price_rules ?? []).map((rule) => ({
    words: priceRuleWords(rule),
    value: valueAfter(rule, line, money),
  }));
}

function valueAfter(rule: PreviewRule, line: PreviewLine, money: (amount: number) => string) {
  const amount = rule.rule === 'quantity' ? line.total_cost : rule.unit_cost;
  return amount === undefined ? undefined : money(amount);
}

/** The calculation of a line's date, with the date after each rule. */
export const dateSteps = (line: PreviewLine, day: (iso: string) => string): RuleStep[] =>
  (line.date_rules ?? []).map((rule) => ({
    words: dateRuleWords(rule),
    value: rule.shipment_dts === undefined ? undefined : day(rule.shipment_dts),
  }));

/** Lists the lines that a rebill ships: `2 × TEA, HONEY`. */
export function linesWords(lines: PreviewRebill['lines'] = []): string {
  const words = lines.map(({ quantity = 1, merchant_item_id = '?' }) =>
    quantity === 1 ? merchant_item_id : `${quantity} × ${merchant_item_id}`,
  );
  return words.join(', ') || 'Nothing';
}

/** The notices before a rebill, the latest first: the time of each and the items that it names. */
export function noticesBefore({ lines = [] }: PreviewRebill) {
  const byMoment = new Map<string, PreviewLine[]>();
  for (const line of lines) {
    const { notice_dts: at } = line;
    if (at !== undefined) byMoment.set(at, [...(byMoment.get(at) ?? []), line]);
  }
  return [...byMoment]
    .map(([at, noticed]) => ({ at, items: linesWords(noticed) }))
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** The total of a rebill in parts; parts that are zero are left out. */
export function sumParts(rebill: PreviewRebill): (readonly [string, number])[] {
  const { subtotal = 0, discount = 0, shipping = 0, tax = 0, total = 0 } = rebill;
  const parts: (readonly [string, number])[] = [
    ['Items', subtotal],
    ['Discount', -discount],
    ['Shipping', shipping],
    ['Tax', tax],
  ];
  return [...parts.filter(([, amount]) => amount !== 0), ['Total', total]];
}

/** Describes why a preview shows no more rebills, or that it is complete. */
export function endWords(ends: string | undefined, isAll: boolean): string {
  switch (ends) {
    case 'completed':
      return 'Then it completes: nothing more is scheduled.';
    case 'canceled':
      return 'Then it is canceled.';
    case 'disabled':
      return 'It is disabled: nothing will ship.';
    case 'merged':
      return 'It was merged into another auto order: nothing will ship here.';
    case 'paused':
      return 'It is paused: nothing ships until it is resumed.';
    case 'parked':
      return 'It is parked: nothing ships until its fault is fixed.';
    default:
      return isAll ? 'Nothing is scheduled.' : 'It continues: no end is set.';
  }
}

/** The title of an entry of the past, without the details next to it. */
export function entryTitle({ kind, title = '', attempt, actor, changes }: TimelineEntry): string {
  if (kind === 'rebill' && attempt?.state === 'paid') return `Rebill ${attempt.rebill_number} paid`;
  const by = ` by ${actor?.name}`;
  const end = title.indexOf(by);
  if (changes !== undefined && actor?.name !== undefined && end > 0)
    return title.slice(0, end + by.length);
  return title;
}

/** How much attention an entry needs; determines its shape. */
export function entryTone({ kind, attempt, mail, delivery }: TimelineEntry): Tone {
  switch (kind) {
    case 'rebill':
      return attempt?.state === 'paid' ? 'good' : 'warn';
    case 'attempt':
      return 'warn';
    case 'stop':
      return 'note';
    case 'mail':
      return mail?.state === 'bounced' ? 'bad' : 'quiet';
    case 'delivery':
      return delivery?.success === false ? 'warn' : 'quiet';
    default:
      return 'quiet';
  }
}

/** The person who made a change, and the source of it. */
export function actorWords(actor: TimelineEntry['actor']): string | undefined {
  if (actor === undefined) return undefined;
  const how = actorKinds[actor.kind ?? 'user'];
  return [how, actor.address && `from ${actor.address}`].filter(Boolean).join(' ') || undefined;
}

const actorKinds: Readonly<Record<string, string>> = {
  key: 'With a key',
  oauth: 'Through an application',
  session: 'In the console',
  customer: 'By the customer',
  system: 'By itself',
  user: '',
};
