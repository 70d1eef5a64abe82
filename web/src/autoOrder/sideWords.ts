import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import type { ItemAutoOrderStep } from '@perennial/contract/item.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { Shown } from './shown.ts';

/** The parts of an address that a parcel needs. */
interface Addressed {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly company?: string;
  readonly address1?: string;
  readonly address2?: string;
  readonly city?: string;
  readonly state_region?: string;
  readonly postal_code?: string;
  readonly country_code?: string;
}

/** An address as lines; empty parts are left out. */
export function addressLines(address: Addressed | undefined): string[] {
  const { first_name, last_name, company, address1, address2 } = address ?? {};
  const { city, state_region, postal_code, country_code } = address ?? {};
  const place = [city, joined(' ', state_region, postal_code)].filter(Boolean).join(', ');
  return [
    joined(' ', first_name, last_name),
    company,
    address1,
    address2,
    place,
    country_code,
  ].filter((line) => line !== undefined && line !== '') as string[];
}

const joined = (by: string, ...parts: (string | undefined)[]): string =>
  parts.filter(Boolean).join(by);

/** `05/2029`. */
export function cardExpiry(card: AutoOrderRow['card']): string {
  const { card_expiration_month: month, card_expiration_year: year } = card ?? {};
  return month === undefined || year === undefined
    ? '–'
    : `${String(month).padStart(2, '0')}/${year}`;
}

/** Whether a card has expired when the next charge comes; it is valid to the end of its month. */
export function expiresBefore(card: AutoOrderRow['card'], next: string | undefined): boolean {
  const { card_expiration_month: month, card_expiration_year: year } = card ?? {};
  if (month === undefined || year === undefined || next === undefined) return false;
  return next.slice(0, 7) > `${year}-${String(month).padStart(2, '0')}`;
}

/** What was set on an item by hand, one sentence each. */
export function overrides(item: AutoOrderItem, money: Shown['money']): string[] {
  const { arbitrary_item_id: swapped, arbitrary_quantity: quantity } = item;
  const { arbitrary_unit_cost: cost, arbitrary_unit_cost_remaining_orders: left } = item;
  const { arbitrary_percentage_discount: percent, original_item_id: original } = item;
  return [
    swapped !== undefined && `Ships ${swapped} in place of ${original}`,
    quantity !== undefined && `Quantity set to ${quantity}`,
    cost !== undefined &&
      `Price set to ${money(cost)}${left === undefined ? '' : ` for ${left} more rebills`}`,
    percent !== undefined && percent > 0 && `${percent} % off`,
  ].filter((words) => typeof words === 'string');
}

/** One step of a fixed schedule in words. */
export function stepWords(step: ItemAutoOrderStep): string {
  const { type, schedule = '', repeat_count: repeats, recurring_merchant_item_id: id } = step;
  switch (type) {
    case 'pause':
      return `Pause ${step.pause_days ?? 0} days`;
    case 'pause until':
      return `Pause until ${step.pause_until_date ?? `day ${step.pause_until_day_of_month}`}`;
    case 'loop':
      return 'Back to the first step';
    case 'kit only':
      return 'Only as part of a kit';
    default:
      return `${id ?? ''} ${schedule}${repeats === undefined ? ', without end' : `, ${repeats} ×`}`;
  }
}

/**
 * The index of the step that ships next, from the server's words "step 2 of 3" about the dates to
 * come; undefined where no rule names one.
 */
export function presentStep(
  dateRules: readonly { readonly rule?: string; readonly detail?: string }[],
): number | undefined {
  const step = dateRules.find(({ rule }) => rule === 'step')?.detail;
  const number = /^step (\d+) of/.exec(step ?? '')?.[1];
  return number === undefined ? undefined : Number(number) - 1;
}
