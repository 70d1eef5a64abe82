import type { AuditFinding, BackgroundAudit } from '@perennial/contract/audit.ts';
import type {
  AuditDifference,
  ChargeInFlight,
  ParkedAutoOrder,
  PreviewLine,
  PreviewRebill,
  PreviewRule,
} from '@perennial/contract/perennial.ts';
import { parkedFault } from '../autoOrders/parking.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor, type Minor, minor } from '../kernel/money.ts';
import type { ListedCharge } from '../rebill/chargeListStore.ts';
import type { ParkedPage } from '../rebill/parkedOperations.ts';
import type { RebillLine } from '../rebill/rebillOrder.ts';
import type { Difference } from './audit.ts';
import type { AuditRun } from './auditRunStore.ts';
import type { PreviewedRebill } from './preview.ts';
import type { DateRule } from './previewDates.ts';

/** Returns a parked auto order as the wire shows it. */
export const wireParked = (
  { autoOrderOid, autoOrderCode, reason, since, itemId, nextLookAt }: ParkedPage['parked'][number],
  zone: string,
): ParkedAutoOrder => ({
  auto_order_oid: autoOrderOid,
  auto_order_code: autoOrderCode,
  reason,
  fault: parkedFault(reason),
  ...(since && { since_dts: wireDate(since, zone) }),
  ...(itemId && { merchant_item_id: itemId }),
  ...(nextLookAt && { next_look_dts: wireDate(nextLookAt, zone) }),
});

/** Returns a charge that has not ended, as the wire shows it. */
export const wireCharge = (charge: ListedCharge, zone: string): ChargeInFlight => ({
  key: charge.key,
  state: charge.state,
  ...(charge.autoOrderOid !== undefined && { auto_order_oid: charge.autoOrderOid }),
  ...(charge.autoOrderCode !== undefined && { auto_order_code: charge.autoOrderCode }),
  ...(charge.rebillNumber !== undefined && { rebill_number: charge.rebillNumber }),
  order_id: charge.orderId,
  ...(charge.attempt !== undefined && { attempt: charge.attempt }),
  amount: fromMinor(minor(charge.amountMinor), charge.currency),
  currency_code: charge.currency,
  ...(charge.gateway !== undefined && { gateway: charge.gateway }),
  requested_dts: wireDate(charge.at, zone),
  ...(charge.checks !== undefined && { checks: charge.checks }),
  next_check_dts: wireDate(charge.nextCheckAt, zone),
  ...(charge.confirmUntil && { confirm_until_dts: wireDate(charge.confirmUntil, zone) }),
  ...(charge.goneGateway !== undefined && { gone_gateway: charge.goneGateway }),
});

/** Returns a difference of an audit, as the wire shows it. */
export const wireDifference = ({
  objectType,
  objectId,
  field,
  stored,
  recomputed,
}: Difference): AuditDifference => ({
  object_type: objectType,
  object_id: objectId,
  field,
  stored,
  recomputed,
});

/** Returns a background audit, as the wire shows it. */
export const wireAudit = (run: AuditRun, zone: string): BackgroundAudit =>
  fromLoose<BackgroundAudit>({
    audit_id: run.auditId,
    state: run.state,
    requested_dts: wireDate(run.requestedAt, zone),
    started_dts: run.startedAt === null ? undefined : wireDate(run.startedAt, zone),
    ended_dts: run.endedAt === null ? undefined : wireDate(run.endedAt, zone),
    done_count: run.doneCount,
    total_count: run.totalCount,
    failure_reason: run.failureReason ?? undefined,
    ...(run.state === 'done' && {
      order_count: run.orderCount,
      attempt_count: run.attemptCount,
      difference_count: run.differenceCount,
      differences: run.differences?.map(({ autoOrderOid, orderId, ...difference }) =>
        fromLoose<AuditFinding>({
          ...wireDifference(difference),
          auto_order_oid: autoOrderOid,
          order_id: orderId,
        }),
      ),
    }),
  });

/** Returns a previewed rebill, as the wire shows it. */
export function wireRebill(
  { rebillNumber, at, order, currency, dateRules, notices }: PreviewedRebill,
  zone: string,
): PreviewRebill {
  const money = (amount: Minor) => fromMinor(amount, currency);
  return {
    rebill_number: rebillNumber,
    shipment_dts: wireDate(at, zone),
    currency_code: currency,
    lines: order.lines.map((line) => ({
      ...(line.itemOid !== undefined && line.itemOid > 0 && { auto_order_item_oid: line.itemOid }),
      kind: line.kind,
      merchant_item_id: line.itemId,
      description: line.description,
      quantity: line.quantity,
      unit_cost: money(line.unitCost),
      total_cost: money(line.amount),
      price_rules: priceRules(line, money),
      date_rules: wireDateRules(line, dateRules, zone),
      ...noticeOf(line, notices, zone),
    })),
    ...(order.couponRules && {
      coupon_rules: order.couponRules.map(({ code, detail, discount, shippingDiscount, left }) => ({
        coupon_code: code,
        detail,
        discount: money(discount),
        shipping_discount: money(shippingDiscount),
        left: money(left),
      })),
    }),
    subtotal: money(order.subtotal),
    discount: money(order.discount),
    shipping: money(order.shipping),
    ...(order.shippingRules && {
      shipping_rules: order.shippingRules.map((each) => ({ ...each, amount: money(each.amount) })),
    }),
    tax: money(order.tax),
    tax_rules: (order.taxRules ?? []).map(({ rule, detail, ratePercent, tax }) => ({
      rule,
      detail,
      tax_rate: ratePercent,
      tax: money(tax),
    })),
    ...(order.credit !== undefined && { store_credit: money(order.credit) }),
    total: money(order.total),
  };
}

function noticeOf(
  { kind, itemOid }: RebillLine,
  notices: PreviewedRebill['notices'],
  zone: string,
): Pick<PreviewLine, 'notice_dts'> {
  const at = kind === 'item' ? notices.get(itemOid ?? 0) : undefined;
  return at === undefined ? {} : { notice_dts: wireDate(at, zone) };
}

const priceRules = (line: RebillLine, money: (amount: Minor) => number): PreviewRule[] =>
  line.priceRules.map(({ rule, detail, unitCost }) => ({
    rule,
    detail,
    unit_cost: money(unitCost),
  }));

/** Returns the date rules of a line. An add-on has none. */
function wireDateRules(
  { kind, itemOid }: RebillLine,
  dateRules: ReadonlyMap<number, readonly DateRule[]>,
  zone: string,
): PreviewRule[] {
  if (kind === 'add-on')
    return [
      {
        rule: 'rides along',
        detail: itemOid === undefined ? 'with every order of the auto order' : 'with its item',
      },
    ];
  return (dateRules.get(itemOid ?? 0) ?? []).map(({ rule, detail, at }) => ({
    rule,
    detail,
    ...(at === undefined ? {} : { shipment_dts: wireDate(at, zone) }),
  }));
}
