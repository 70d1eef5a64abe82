import type { ItemAutoOrderStep } from '@perennial/contract/item.ts';
import type { ItemUse } from '@perennial/contract/screens.ts';
import { formatCount } from '../kit/money.ts';

/** A step of a fixed schedule in words. */
export function stepWords(step: ItemAutoOrderStep): string {
  switch (step.type) {
    case 'pause':
      return `Wait ${step.pause_days ?? 0} days`;
    case 'pause until':
      return step.pause_until_day_of_month === undefined
        ? `Wait until ${step.pause_until_date ?? 'a date'}`
        : `Wait until day ${step.pause_until_day_of_month} of the month`;
    case 'loop':
      return 'Begin again';
    case 'kit only':
      return 'Belongs to a kit';
    default:
      return `${step.recurring_merchant_item_id ?? 'The item'}, ${scheduleWords(step)}`;
  }
}

const scheduleWords = ({ schedule, arbitrary_schedule_days: days }: ItemAutoOrderStep): string =>
  days === undefined ? (schedule ?? 'once') : `every ${days} days`;

/** How often a step is repeated, in words. */
export const repeatWords = ({ type, repeat_count: count }: ItemAutoOrderStep): string =>
  type !== undefined && type !== 'item' ? '–' : count === undefined ? 'Without end' : `${count} ×`;

/** A price of a step that depends on a day. */
export interface StepPrice {
  /** The place of the step, from 1. */
  readonly step: number;
  readonly when: string;
  readonly cost: number | undefined;
}

/** What customers pay who signed up early, step by step. */
export const pricesBySignUp = (steps: readonly ItemAutoOrderStep[]): StepPrice[] =>
  steps.flatMap(({ grandfather_pricing: prices = [] }, index) =>
    prices.map(({ on_or_before_date: when = '', unit_cost: cost }) => ({
      step: index + 1,
      when,
      cost,
    })),
  );

/** What a retry after a decline costs, step by step. */
export const pricesByRetry = (steps: readonly ItemAutoOrderStep[]): StepPrice[] =>
  steps.flatMap(({ arbitrary_unit_cost_schedules: prices = [] }, index) =>
    prices.map(({ retry_days: days = 0, arbitrary_unit_cost: cost }) => ({
      step: index + 1,
      when: String(days),
      cost,
    })),
  );

/** Counts and names the records that name an item: `1 kit contains it: BOX`. */
export function namingWords({ kind, count = 0, names = [] }: ItemUse): string {
  const [one, many] = kind === undefined ? ['record', 'records'] : recordWords[kind];
  const counted = `${formatCount(count, count >= countMax)} ${count === 1 ? one : many}`;
  if (names.length === 0) return counted;
  const more = count > names.length ? ` and ${formatCount(count - names.length)} more` : '';
  return `${counted}: ${names.join(', ')}${more}`;
}

/** The server counts no further. */
const countMax = 10_000;

const recordWords: Readonly<Record<NonNullable<ItemUse['kind']>, readonly [string, string]>> = {
  next_item: ['auto order ships it next', 'auto orders ship it next'],
  original_item: ['auto order began with it', 'auto orders began with it'],
  step: ['item has a step with it', 'items have a step with it'],
  kit: ['kit contains it', 'kits contain it'],
  coupon: ['coupon names it', 'coupons name it'],
  auto_apply: ['coupon is applied by it', 'coupons are applied by it'],
  cancel_item: ['item charges it for a cancelation', 'items charge it for a cancelation'],
};
