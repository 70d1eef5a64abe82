import type { PreviewLine, PreviewRule } from '@perennial/contract/perennial.ts';
import type { ChargeAttempt, ChargeExplanation } from '@perennial/contract/timeline.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import type { OrderRecord } from '../orders/order.ts';
import {
  type ExplainedLine,
  type Explanation,
  type LaterCoupon,
  laterCoupon,
  withLaterCoupon,
} from '../rebill/explanation.ts';
import type { ExplainedRebill } from '../rebill/explanationStore.ts';

/** Explains an order from its document and the row of its rebill, if there is one. */
export function explained(
  order: OrderRecord,
  rebill: ExplainedRebill | undefined,
  zone: string,
): ChargeExplanation {
  const { orderId, autoOrderOid, rebillNumber, currency } = order;
  const kept = rebill?.explanation ?? undefined;
  const later = kept && laterCoupon(kept, order);
  const plan = kept && later ? withLaterCoupon(kept, later, order) : kept;
  return {
    order_id: orderId,
    ...(autoOrderOid !== undefined && { auto_order_oid: autoOrderOid }),
    ...(rebillNumber !== undefined && { rebill_number: rebillNumber }),
    at_dts: wireDate(rebill?.at ?? order.paidAt ?? order.createdAt, zone),
    currency_code: currency,
    ...(rebill && plan ? keptPlan(rebill, plan, currency, zone) : derivedPlan(order)),
    attempts: rebill === undefined ? [] : attemptsOf(order, rebill, zone),
    differences: rebill === undefined ? [] : differencesOf(rebill, later, currency, zone),
  };
}

function keptPlan(
  rebill: ExplainedRebill,
  plan: Explanation,
  currency: string,
  zone: string,
): ChargeExplanation {
  const money = (units: number) => fromMinor(units as Minor, currency);
  return {
    plan: 'kept',
    lines: plan.lines.map((line) => ({
      ...(line.oid !== undefined && { auto_order_item_oid: line.oid }),
      kind: line.kind,
      merchant_item_id: line.item,
      description: line.text,
      quantity: line.qty,
      unit_cost: money(line.unit),
      total_cost: money(line.sum),
      price_rules: line.rules.map(([rule, detail, unit]) => ({
        rule,
        detail,
        unit_cost: money(unit),
      })),
      date_rules: dateRulesOf(line, rebill, zone),
    })),
    subtotal: money(plan.subtotal),
    ...(plan.coupons && {
      coupon_rules: plan.coupons.map(([code, detail, discount, shippingDiscount, left]) => ({
        coupon_code: code,
        detail,
        discount: money(discount),
        shipping_discount: money(shippingDiscount),
        left: money(left),
      })),
    }),
    discount: money(plan.discount),
    shipping: money(plan.shipping),
    ...(plan.shippingRules && {
      shipping_rules: plan.shippingRules.map(([rule, detail, amount]) => ({
        rule,
        detail,
        amount: money(amount),
      })),
    }),
    tax: money(plan.tax),
    ...(plan.taxes && {
      tax_rules: plan.taxes.map(([rule, detail, ratePercent, tax]) => ({
        rule,
        detail,
        tax_rate: ratePercent,
        tax: money(tax),
      })),
    }),
    ...(plan.credit !== undefined && { store_credit: money(plan.credit) }),
    total: money(plan.total),
  };
}

function dateRulesOf(
  { at, oid }: ExplainedLine,
  rebill: ExplainedRebill,
  zone: string,
): PreviewRule[] {
  if (at === undefined) {
    const detail = oid === undefined ? 'with every order of the auto order' : 'with its item';
    return [{ rule: 'rides along', detail }];
  }
  const scheduled = Temporal.Instant.from(at);
  const charged = { shipment_dts: wireDate(rebill.at, zone) };
  const rules: PreviewRule[] = [
    {
      rule: 'scheduled date',
      detail: 'from the auto order',
      shipment_dts: wireDate(scheduled, zone),
    },
  ];
  const order = Temporal.Instant.compare(rebill.at, scheduled);
  if (order > 0 && rebill.declines.length > 0)
    rules.push({
      rule: 'next attempt',
      detail: `after ${rebill.declines.length} declined`,
      ...charged,
    });
  else if (order > 0)
    rules.push({ rule: 'overdue', detail: 'charged later than planned', ...charged });
  if (order < 0)
    rules.push({
      rule: 'early',
      detail: 'charged along with items that were due earlier, or on request',
      ...charged,
    });
  return rules;
}

/** Derives the explanation of an order from its document when no plan was stored. */
function derivedPlan({ document, rebillNumber, autoOrderOid }: OrderRecord): ChargeExplanation {
  const { items = [], summary } = document;
  const note =
    autoOrderOid === undefined
      ? 'The order belongs to no auto order.'
      : rebillNumber === 0
        ? 'An original order is priced by the shop that sent it.'
        : 'The rebill was charged by an earlier version or another system, which stored no rules.';
  const totals = {
    subtotal: summary?.subtotal?.value,
    discount: summary?.subtotal_discount?.value,
    shipping: summary?.shipping_handling_total?.value,
    tax: summary?.tax?.value,
    total: summary?.total?.value,
  };
  return {
    plan: 'not kept',
    plan_note: `${note} The lines and amounts are those of the order.`,
    lines: items.map(
      ({ merchant_item_id: id, description, quantity, cost }): PreviewLine => ({
        ...(id !== undefined && { merchant_item_id: id }),
        ...(description !== undefined && { description }),
        ...(quantity !== undefined && { quantity }),
        ...(cost?.value !== undefined && { unit_cost: cost.value }),
      }),
    ),
    ...Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== undefined)),
  };
}

function attemptsOf(order: OrderRecord, rebill: ExplainedRebill, zone: string): ChargeAttempt[] {
  const common = { rebill_number: order.rebillNumber ?? 0, currency_code: order.currency };
  const declined = rebill.declines.map(
    ({ attempt, at, reason, message, hard, gateway, reference, amount, next }): ChargeAttempt => ({
      ...common,
      number: attempt,
      state: 'declined',
      at_dts: wireDate(Temporal.Instant.from(at), zone),
      reason,
      ...(message !== undefined && { message }),
      ...(hard !== undefined && { hard }),
      ...(gateway !== undefined && { gateway }),
      ...(reference !== undefined && { reference }),
      ...(amount !== undefined && { amount: fromMinor(amount as Minor, order.currency) }),
      ...(next !== undefined && { next_dts: wireDate(Temporal.Instant.from(next), zone) }),
    }),
  );
  const { state } = rebill;
  const isCharge = state === 'charging' || state === 'unknown' || state === 'paid';
  if (!isCharge || rebill.settled_by !== null) return declined;
  const states = { charging: 'under way', unknown: 'in doubt', paid: 'paid' } as const;
  return [
    ...declined,
    {
      ...common,
      number: rebill.attempt,
      state: states[state],
      at_dts: wireDate(rebill.at, zone),
      amount: fromMinor(order.total, order.currency),
      ...(rebill.gateway !== null && { gateway: rebill.gateway }),
      ...(rebill.reference !== null && { reference: rebill.reference }),
    },
  ];
}

/** A preview assumes that every charge succeeds on its date and that nothing is changed. */
function differencesOf(
  rebill: ExplainedRebill,
  later: LaterCoupon | undefined,
  currency: string,
  zone: string,
): string[] {
  const { declines, explanation, edited_fields: edited, settled_by: by } = rebill;
  const off =
    explanation?.coupon === undefined ? 0 : (explanation.couponOff ?? explanation.discount);
  return [
    ...(declines.length > 0
      ? [`Charged at ${wireDate(rebill.at, zone)} after ${declines.length} declined.`]
      : []),
    ...(off > 0 ? [couponWords(explanation?.coupon, off, currency)] : []),
    ...(later ? [couponWords(later.code, later.discount, currency)] : []),
    ...(edited && edited.length > 0 ? [`Staff changed ${edited.join(', ')} of the order.`] : []),
    ...(by === null ? [] : [`${by} settled the order; the engine charged no card.`]),
  ];
}

const couponWords = (code: string | undefined, off: number, currency: string): string =>
  `The coupon ${code} of a retry took ${fromMinor(off as Minor, currency)} ${currency} off.`;
