import type {
  AccountsReceivableRetryConfig,
  AccountsReceivableRetryStatAccount,
  AccountsReceivableRetryStatMetrics,
} from '@perennial/contract/receivable.ts';
import { Temporal } from 'temporal-polyfill';
import { addDays } from '../kernel/calendar.ts';
import { amountText, fromMinor, type Minor } from '../kernel/money.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import { leaseFrom } from '../platform/jobs/lease.ts';
import { couponsOf } from './coupon.ts';
import type { OrderParts } from './insertOperations.ts';
import type { OrderRecord } from './order.ts';
import { type PaymentAttempt } from './paymentAttempt.ts';
import {
  chargeAttempt,
  type LockedUnpaid,
  lockUnpaid,
  nextAttempt,
  settleCovered,
  storeAttempt,
  unsendable,
} from './processPaymentOperations.ts';
import { idleFields, type RetryStep, retryConfigFault, retryStep } from './receivableRetry.ts';
import {
  adoptReceivables,
  endRetry,
  findRetryConfig,
  firstRetry,
  lockRetry,
  moveRetry,
  type RetryFigures,
  type RetryRow,
  readRetryFigures,
  saveRetryConfig,
} from './receivableRetryStore.ts';
import { rejectReceivable, retryActor } from './rejectReceivableOperations.ts';
import { findCatalogueRetryCodes, findRetryCoupon } from './retryCouponReader.ts';
import { chargeLeaseMs } from './store.ts';

/** The configuration as the wire shows it, with the choices for its form. */
export interface ShownRetryConfig {
  readonly config: AccountsReceivableRetryConfig;
  readonly beside: {
    readonly coupon_codes: readonly string[];
    readonly emails: readonly string[];
    readonly has_linked_accounts: boolean;
  };
}

/**
 * Returns the merchant's configuration of the retry, or an inactive one without days if there is
 * none.
 */
export async function getRetryConfig({ db, merchant }: Context): Promise<ShownRetryConfig> {
  const { merchantId } = merchant;
  const stored = (await findRetryConfig(db, merchantId)) ?? {
    active: false,
    daily_activity_list: [],
  };
  const coupons = couponsOf(merchant.settings['coupons'], merchant.currency);
  return {
    config: { ...stored, merchant_id: merchantId },
    beside: {
      coupon_codes: [...coupons.values()].map(({ code }) => code),
      emails: [],
      has_linked_accounts: false,
    },
  };
}

/**
 * Replaces the merchant's configuration of the retry. Returns sentences about fields without
 * effect.
 */
export async function updateRetryConfig(
  context: Context,
  given: AccountsReceivableRetryConfig,
): Promise<readonly string[]> {
  const { merchant, now } = context;
  const config = withoutNulls(given);
  const named = (config.daily_activity_list ?? []).flatMap(({ coupon_code: code }) => code || []);
  const own = couponsOf(merchant.settings['coupons'], merchant.currency);
  const catalogue = await findCatalogueRetryCodes(context, named);
  const fault = retryConfigFault(config, new Set([...own.keys(), ...catalogue]));
  if (fault !== undefined) return refuse('invalid_field', fault);
  const { merchant_id: _, ...stored } = config;
  const idle = idleFields(config);
  return inTransaction(context, async (context) => {
    const before = await findRetryConfig(context.db, merchant.merchantId);
    await saveRetryConfig(context.db, merchant.merchantId, stored, now);
    await recordAct(context, {
      act: 'updateAccountsReceivableRetryConfig',
      objectType: 'receivable retry',
      objectId: merchant.merchantId,
      before,
      after: stored,
    });
    return idle.length === 0 ? [] : [`${idle.join(', ')}: stored, and without effect here.`];
  });
}

const withoutNulls = (config: AccountsReceivableRetryConfig): AccountsReceivableRetryConfig =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));

/** Whether the retry runs, and how. */
export async function findActiveRetry({
  db,
  merchant,
}: Context): Promise<AccountsReceivableRetryConfig | undefined> {
  const config = await findRetryConfig(db, merchant.merchantId);
  return config?.active === true ? config : undefined;
}

/**
 * Does the due work of the retry until a moment. Each step counts as done at its due moment, but
 * not before `context.now`. Returns how many orders it checked. Any number of processes may run
 * this at the same time.
 */
export async function runRetries(
  context: Context,
  parts: OrderParts,
  until: Temporal.Instant,
): Promise<number> {
  const config = await findActiveRetry(context);
  if (config === undefined || parts.obstacle(context.merchant) !== undefined) return 0;
  const { merchantId } = context.merchant;
  await adoptReceivables(context.db, merchantId);
  let count = 0;
  for (;;) {
    const due = await firstRetry(context.db, merchantId, until);
    if (due?.nextAt == null || count >= retriesMax) return count;
    const now = Temporal.Instant.compare(due.nextAt, context.now) > 0 ? due.nextAt : context.now;
    await retryOrder({ ...context, now, actor: retryActor }, due.orderId, config, parts);
    count++;
  }
}

const retriesMax = 1000;

/** Does the due step for one order. Every decision is made while the order is locked. */
async function retryOrder(
  context: Context,
  orderId: string,
  config: AccountsReceivableRetryConfig,
  parts: OrderParts,
): Promise<void> {
  const lease = leaseFrom(parts.clock, chargeLeaseMs);
  const attempt = await inTransaction(context, async (context) => {
    const locked = await lockUnpaid(context, orderId, parts.hooks);
    const row = await lockRetry(context.db, context.merchant.merchantId, orderId);
    const isDue = row?.nextAt != null && Temporal.Instant.compare(row.nextAt, context.now) <= 0;
    return row !== undefined && isDue ? actOn(context, locked, row, config, parts) : undefined;
  });
  if (attempt !== undefined) await chargeAttempt(context, attempt, parts, lease);
}

/**
 * Decides about a locked order, stores the decision, and returns the charge that follows from it.
 */
async function actOn(
  context: Context,
  locked: LockedUnpaid,
  row: RetryRow,
  config: AccountsReceivableRetryConfig,
  parts: OrderParts,
): Promise<PaymentAttempt | undefined> {
  const { db, now, merchant } = context;
  const { order } = locked;
  const current = currentRow(row, locked, merchant.timeZone);
  const hold = await locked.rebill?.hold(context, order);
  const step = stepOf(context, locked, current, { config, isHeld: hold !== undefined });
  if (step.kind === 'reject' || step.kind === 'end')
    await endRetry(db, merchant.merchantId, order.orderId);
  else await moveRetry(db, merchant.merchantId, { ...current, ...moveOf(step, now) });
  if (step.kind === 'reject')
    await rejectReceivable(context, locked, config, parts.hooks, endReason);
  return step.kind === 'charge' ? chargeOf(context, locked, step, parts) : undefined;
}

type Step = RetryStep | { readonly kind: 'end' };

/**
 * Returns the step for the order now. While the retries of its rebill last, only they charge the
 * order. What holds the rebill also holds the order.
 */
function stepOf(
  { now, merchant: { timeZone: zone } }: Context,
  { order, rebill }: LockedUnpaid,
  { enteredAt, lastDay }: RetryRow,
  { config, isHeld }: { readonly config: AccountsReceivableRetryConfig; readonly isHeld: boolean },
): Step {
  if (!isReceivable(order)) return { kind: 'end' };
  if (rebill?.isRetried === true || isHeld) return { kind: 'wait', until: addDays(now, 1, zone) };
  if (order.charging === true || rebill?.isUnderWay === true)
    return { kind: 'wait', until: now.add({ hours: 1 }) };
  return retryStep(config, { enteredAt, lastDay: lastDay ?? undefined, now, zone });
}

/**
 * Returns when the retry checks the order again. After a charge that is soon, to see the result.
 */
function moveOf(step: Step, now: Temporal.Instant): Partial<RetryRow> {
  if (step.kind === 'charge') return { nextAt: now.add({ hours: 1 }), lastDay: step.day };
  return { nextAt: step.kind === 'wait' ? step.until : null };
}

/**
 * Stores the charge of a day and returns it. If a coupon leaves nothing to charge, the order is
 * paid at once, and there is no charge.
 */
async function chargeOf(
  context: Context,
  locked: LockedUnpaid,
  { day, couponCode }: Extract<RetryStep, { kind: 'charge' }>,
  parts: OrderParts,
): Promise<PaymentAttempt | undefined> {
  const coupon = await findRetryCoupon(context, couponCode ?? '', locked.order);
  const next = await nextAttempt(context, locked, { source: 'retry', retryDay: day, coupon });
  const isCharge = next.ok && next.value.amount > 0;
  const fault = next.ok ? isCharge && unsendable(context, next.value, parts) : next.reason;
  if (!next.ok || fault) {
    const { orderId } = locked.order;
    context.log.warn({ orderId, ...fault }, 'an order cannot be retried');
    return undefined;
  }
  const { value: attempt } = next;
  if (attempt.amount > 0) await storeAttempt(context, locked, attempt);
  else await settleCovered(context, locked, attempt, parts.hooks);
  return attempt.amount > 0 ? attempt : undefined;
}

const endReason = 'The retries of Accounts Receivable are used up';

const isReceivable = ({ paidAt, document }: OrderRecord): boolean =>
  paidAt === undefined &&
  document.current_stage === 'Accounts Receivable' &&
  document.payment?.payment_method === 'Credit Card';

/**
 * Returns the row, updated from the current order. The order may have left Accounts Receivable and
 * come back. The days of a rebill's order start when the rebill's own retries end.
 */
function currentRow(row: RetryRow, { order, rebill }: LockedUnpaid, zone: string): RetryRow {
  const moves = order.document.current_stage_histories ?? [];
  const entered = moves.findLast(({ after_stage: to }) => to === 'Accounts Receivable');
  const parsed = entered?.transition_dts && readWireDate(entered.transition_dts, zone);
  const moments = [
    ...(parsed && parsed.ok ? [parsed.value] : []),
    ...(rebill?.endedAt === undefined ? [] : [rebill.endedAt]),
  ];
  const enteredAt = moments.reduce(
    (last, each) => (Temporal.Instant.compare(each, last) > 0 ? each : last),
    row.enteredAt,
  );
  const isAgain = enteredAt.epochMilliseconds - row.enteredAt.epochMilliseconds >= 1000;
  return isAgain ? { ...row, enteredAt, lastDay: null } : row;
}

/** Returns the results of the retry in a period (current API, getAccountsReceivableRetryStats). */
export async function getRetryStats(
  { db, merchant }: Context,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<AccountsReceivableRetryStatAccount> {
  const { merchantId, timeZone: zone, currency } = merchant;
  const figures = await readRetryFigures(db, merchantId, {
    from: filterDate(from, 'from', zone),
    to: filterDate(to, 'to', zone),
    zone,
  });
  const byDay = Map.groupBy(figures, ({ day }) => day);
  const byLabel = Map.groupBy(figures, ({ label }) => label);
  return {
    merchant_id: merchantId,
    days: [...byDay].map(([day, of]) => ({ day, ...metricsOf(of, currency) })),
    overall: metricsOf(figures, currency),
    revenue_for_period: [...byLabel]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, of]) => ({ label, revenue: metricsOf(of, currency).revenue ?? 0 })),
  };
}

function metricsOf(
  figures: readonly RetryFigures[],
  currency: string,
): AccountsReceivableRetryStatMetrics {
  const total = (name: 'attempts' | 'successes' | 'revenue' | 'discounts') =>
    figures.reduce((sum, each) => sum + each[name], 0);
  const [attempts, successes] = [total('attempts'), total('successes')];
  const rate = attempts === 0 ? 0 : Math.round((successes / attempts) * 10_000) / 10_000;
  const [revenue, discounts] = [total('revenue') as Minor, total('discounts') as Minor];
  return {
    attempts,
    attempts_formatted: String(attempts),
    successes,
    successes_formatted: String(successes),
    conversion_rate: rate,
    conversion_rate_formatted: `${(rate * 100).toFixed(2)}%`,
    revenue: fromMinor(revenue, currency),
    revenue_formatted: amountText(revenue, currency),
    discounts: fromMinor(discounts, currency),
    discounts_formatted: amountText(discounts, currency),
  };
}
