import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import type { ItemAutoOrderStep } from '@perennial/contract/item.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { Shown } from './shown.ts';

/** The parts of an address that are printed on a parcel. */
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

/** Whether a card will have expired at the next charge; it is valid to the end of its month. */
export function expiresBefore(card: AutoOrderRow['card'], next: string | undefined): boolean {
  const { card_expiration_month: month, card_expiration_year: year } = card ?? {};
  if (month === undefined || year === undefined || next === undefined) return false;
  return next.slice(0, 7) > `${year}-${String(month).padStart(2, '0')}`;
}

/** Lists the manual changes of an item, one sentence each. */
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
 * Returns the index of the step that ships next. The preview names the step of the shipment after
 * the next one: "step 2 of 3: Monthly, shipment 1 after …". For its first shipment, the result is
 * the item step before it. Undefined if no rule names a step.
 */
export function presentStep(
  steps: readonly ItemAutoOrderStep[],
  rebills: readonly PreviewRebill[],
  itemOid: number | undefined,
): number | undefined {
  const rules = rebills
    .slice(1)
    .flatMap(({ lines = [] }) => lines)
    .find(({ auto_order_item_oid: oid }) => oid === itemOid)?.date_rules;
  const words = rules?.find(({ rule }) => rule === 'step')?.detail ?? '';
  const [, step, shipment] = /^step (\d+) of \d+: .*?, shipment (\d+)/.exec(words) ?? [];
  if (step === undefined) return undefined;
  const index = Number(step) - 1;
  return shipment === '1' ? itemStepBefore(steps, index) : index;
}

/** Returns the item step before a step; the list wraps around, for loops. */
function itemStepBefore(steps: readonly ItemAutoOrderStep[], index: number): number | undefined {
  const before = [...steps.keys()].map((back) => (index - 1 - back + steps.length) % steps.length);
  return before.find((each) => steps[each]?.type === 'item' || steps[each]?.type === undefined);
}
