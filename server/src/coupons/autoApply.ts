import type {
  CouponAutoApplyCondition,
  CouponAutoApplyConditions,
} from '@perennial/contract/coupon.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { type Minor, toMinor, zero } from '../kernel/money.ts';

/** The section of a merchant's settings that holds the conditions. */
export const autoApplySection = 'coupon_auto_apply';

/** When coupons are applied without a code. */
export type AutoApply = Required<
  Pick<CouponAutoApplyConditions, 'required_items' | 'subtotal_levels'>
>;

/** Reads the conditions of a merchant's settings. */
export function autoApplyOf(settings: Readonly<Record<string, unknown>>): AutoApply {
  const stored = (settings[autoApplySection] ?? {}) as Partial<AutoApply>;
  return {
    required_items: stored.required_items ?? [],
    subtotal_levels: stored.subtotal_levels ?? [],
  };
}

/** Returns the codes that conditions name. */
export const codesOf = ({ required_items, subtotal_levels }: AutoApply): string[] =>
  [...required_items, ...subtotal_levels].flatMap(({ coupon_code }) => coupon_code ?? []);

/** Returns the codes whose conditions an order meets. */
export function metCodes(
  { required_items, subtotal_levels }: AutoApply,
  order: { readonly itemIds: readonly string[]; readonly subtotal: Minor },
  currency: string,
): string[] {
  const bought = new Set(order.itemIds.map(fold));
  const byItem = required_items.filter(({ required_item_id: id }) => id && bought.has(fold(id)));
  const reached = subtotal_levels
    .map((level) => ({ level, from: levelOf(level, currency) }))
    .filter(({ from }) => order.subtotal >= from)
    .sort((a, b) => b.from - a.from)[0];
  return [...byItem, ...(reached ? [reached.level] : [])].flatMap(
    ({ coupon_code }) => coupon_code ?? [],
  );
}

function levelOf({ minimum_subtotal }: CouponAutoApplyCondition, currency: string): Minor {
  const parsed = toMinor(minimum_subtotal ?? 0, currency);
  return parsed.ok ? parsed.value : zero;
}

/** Returns the first fault of conditions. `known` contains the folded codes of existing coupons. */
export function autoApplyFault(
  { required_items, subtotal_levels }: AutoApply,
  known: ReadonlySet<string>,
  currency: string,
): FieldFault | undefined {
  for (const [index, each] of required_items.entries()) {
    const path = `required_items[${index}]`;
    if (!each.required_item_id || each.minimum_subtotal !== undefined)
      return wrong(
        `${path}.required_item_id`,
        'is missing, or is given along with minimum_subtotal',
        'Send the id of an item, and no minimum_subtotal',
      );
    const fault = codeFault(path, each, known);
    if (fault) return fault;
  }
  for (const [index, each] of subtotal_levels.entries()) {
    const path = `subtotal_levels[${index}]`;
    const amount = toMinor(each.minimum_subtotal ?? -1, currency);
    if (!amount.ok || amount.value < 0 || each.required_item_id !== undefined)
      return wrong(
        `${path}.minimum_subtotal`,
        `is not a valid amount in ${currency}, or is given along with required_item_id`,
        `Send an amount from 0 with the decimals of ${currency}, and no required_item_id`,
      );
    const fault = codeFault(path, each, known);
    if (fault) return fault;
  }
  return undefined;
}

const codeFault = (
  path: string,
  { coupon_code: code }: CouponAutoApplyCondition,
  known: ReadonlySet<string>,
): FieldFault | undefined =>
  code !== undefined && known.has(fold(code))
    ? undefined
    : wrong(`${path}.coupon_code`, 'is not the code of a coupon', 'Insert the coupon first');

const wrong = (field: string, reason: string, fix: string): FieldFault => ({ field, reason, fix });
