import type {
  AdjustInternalCertificateRequest,
  CustomerStoreCredit,
  CustomerStoreCreditAddRequest,
} from '@perennial/contract/customerLists.ts';
import type { Temporal } from 'temporal-polyfill';
import { isAfter } from '../kernel/moments.ts';
import { amountMax, fromMinor, type Minor, minor, sum, toMinor, zero } from '../kernel/money.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { noCustomer } from './operations.ts';
import { lockCustomer, lockCustomers } from './store.ts';
import {
  availableCredit,
  type CreditAccount,
  type CreditShare,
  returnedShares,
  storeCreditAt,
  takeCredit,
  type UsePurpose,
} from './storeCredit.ts';
import {
  addCredit,
  addUses,
  type CustomerUse,
  findPaymentsOfOrder,
  readAccount,
  readAccounts,
} from './storeCreditStore.ts';

/** Returns the store credit of a customer at the merchant's moment. */
export function getStoreCredit(context: Context, oid: number): Promise<CustomerStoreCredit> {
  return inTransaction(context, async ({ db, merchant, now }) => {
    if (!(await lockCustomer(db, merchant.merchantId, oid))) noCustomer({ oid });
    return storeCreditAt(await readAccount(db, merchant.merchantId, oid), now, merchant);
  });
}

/** Adds store credit. Days are counted on the merchant's calendar. */
export function addStoreCredit(
  context: Context,
  oid: number,
  request: CustomerStoreCreditAddRequest,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const { db, merchant, now } = context;
    if (!(await lockCustomer(db, merchant.merchantId, oid))) noCustomer({ oid });
    const amount = amountOf('amount', request.amount, merchant.currency);
    if (amount < 0) refuseAmount('amount', merchant.currency);
    await giveCredit(context, oid, { ...termsOf(context, request, now), amount });
  });
}

/** The result of an adjustment, in minor units. */
export interface AdjustedCredit {
  readonly adjusted: Minor;
  readonly available: Minor;
}

/**
 * Adds an amount to a customer's credits, or takes one away. Refuses to take more than is
 * available.
 */
export function adjustStoreCredit(
  context: Context,
  oid: number,
  request: AdjustInternalCertificateRequest,
): Promise<AdjustedCredit> {
  return inTransaction(context, async (context) => {
    const { db, merchant, now } = context;
    if (!(await lockCustomer(db, merchant.merchantId, oid))) noCustomer({ oid });
    const field = 'adjustment_amount';
    const adjusted = amountOf(field, request.adjustment_amount, merchant.currency);
    const enteredAt = filterDate(request.entry_dts, 'entry_dts', merchant.timeZone) ?? now;
    if (isAfter(enteredAt, now))
      refuse('invalid_field', {
        field: 'entry_dts',
        reason: 'is in the future',
        fix: 'Omit it, and send vesting_days for a credit that is available later',
      });
    const terms = {
      ...termsOf(context, request, enteredAt),
      orderId: request.order_id || undefined,
    };
    if (adjusted > 0) await giveCredit(context, oid, { ...terms, amount: adjusted });
    else
      await useCredit(context, oid, {
        ...terms,
        field,
        amount: minor(0 - adjusted),
        purpose: 'adjustment',
      });
    const account = await readAccount(db, merchant.merchantId, oid);
    return { adjusted, available: availableCredit(account, now) };
  });
}

/** The terms of a new credit. */
export interface NewCredit {
  readonly amount: Minor;
  readonly description: string;
  readonly enteredAt: Temporal.Instant;
  readonly vestsAt: Temporal.Instant;
  readonly expiresAt?: Temporal.Instant | undefined;
  readonly orderId?: string | undefined;
  /** Whether a refund of the order gives it. */
  readonly isRefund?: boolean;
}

/** Gives a customer a credit, in a transaction that locks the customer. */
export async function giveCredit(
  { db, merchant: { merchantId } }: Context,
  oid: number,
  terms: NewCredit,
): Promise<void> {
  const entryOid = await takeNumbers(db, merchantId, 'store_credit', 1);
  await addCredit(db, merchantId, oid, { entryOid, ...terms });
}

/** A request to use store credit. */
export interface CreditWish {
  /** The field of the request with the amount. */
  readonly field: string;
  readonly amount: Minor;
  readonly description: string;
  readonly orderId?: string | undefined;
  readonly purpose: UsePurpose;
}

/**
 * Takes an amount from a customer's credits, in a transaction that locks the customer. Refuses if
 * less is available.
 */
export async function useCredit(
  context: Context,
  oid: number,
  { field, amount, ...use }: CreditWish,
): Promise<void> {
  const { db, merchant, now } = context;
  const shares = takeCredit(await readAccount(db, merchant.merchantId, oid), amount, now);
  if (shares.ok) return storeUses(context, oid, shares.value, use);
  const shown = (value: Minor) => fromMinor(value, merchant.currency);
  return refuse('invalid_field', {
    field,
    reason: `is ${shown(amount)}, but the customer has only ${shown(shares.reason)} of store credit`,
    fix: 'Send less, or add store credit first',
  });
}

/**
 * Gives back the credit that an order took beyond the amount that it may keep. A credit that has
 * expired stays expired.
 */
export async function returnCredit(
  context: Context,
  orderId: string,
  description: string,
  kept: Minor = zero,
): Promise<void> {
  const { db, merchant } = context;
  const [first] = await findPaymentsOfOrder(db, merchant.merchantId, orderId);
  if (first === undefined) return;
  await lockCustomer(db, merchant.merchantId, first.customerOid);
  // It is read again under the lock, so that two concurrent requests do not both give back the same
  // credit.
  const uses = await findPaymentsOfOrder(db, merchant.merchantId, orderId);
  const surplus = minor(sum(uses.map(({ amount }) => amount)) - kept);
  if (surplus <= 0) return;
  const use = { orderId, description, purpose: 'payment' as const };
  await storeUses(context, first.customerOid, returnedShares(uses, surplus), use);
}

/** Takes back the credit that refunds of an order gave, or the rest of it. */
export async function takeGivenCredit(
  context: Context,
  oid: number,
  { amount, ...use }: Omit<CreditWish, 'field' | 'purpose'>,
): Promise<void> {
  const account = await readAccount(context.db, context.merchant.merchantId, oid);
  const given = account.credits.filter(
    ({ orderId, isRefund }) => isRefund === true && orderId === use.orderId,
  );
  const own = { ...account, credits: given };
  const taken = minor(Math.min(amount, availableCredit(own, context.now)));
  const shares = takeCredit(own, taken, context.now);
  if (shares.ok) await storeUses(context, oid, shares.value, { ...use, purpose: 'failed refund' });
}

/** Locks customers and returns the accounts of those that have credits, by oid. */
export async function lockAccounts(
  { db, merchant: { merchantId } }: Context,
  oids: readonly number[],
): Promise<ReadonlyMap<number, CreditAccount>> {
  await lockCustomers(db, merchantId, oids);
  return readAccounts(db, merchantId, oids);
}

/** Stores payments of orders, in a transaction that locks their customers. */
export async function storePayments(
  { db, merchant: { merchantId } }: Context,
  payments: readonly Omit<CustomerUse, 'useOid' | 'purpose'>[],
): Promise<void> {
  if (payments.length === 0) return;
  const first = await takeNumbers(db, merchantId, 'store_credit', payments.length);
  await addUses(
    db,
    merchantId,
    payments.map((use, place) => ({ ...use, useOid: first + place, purpose: 'payment' })),
  );
}

async function storeUses(
  { db, merchant: { merchantId }, now }: Context,
  customerOid: number,
  shares: readonly CreditShare[],
  use: Pick<CreditWish, 'description' | 'orderId' | 'purpose'>,
): Promise<void> {
  if (shares.length === 0) return;
  const first = await takeNumbers(db, merchantId, 'store_credit', shares.length);
  await addUses(
    db,
    merchantId,
    shares.map((share, place) => ({
      ...share,
      ...use,
      customerOid,
      useOid: first + place,
      usedAt: now,
    })),
  );
}

/** Reads the fields of a credit that both requests share, without its amount. */
function termsOf(
  { merchant: { timeZone } }: Context,
  request: CustomerStoreCreditAddRequest,
  enteredAt: Temporal.Instant,
): Omit<NewCredit, 'amount'> {
  const vesting = daysOf('vesting_days', request.vesting_days);
  const expiration = daysOf('expiration_days', request.expiration_days);
  if (expiration > 0 && expiration <= vesting)
    refuse('invalid_field', {
      field: 'expiration_days',
      reason: 'ends the credit before it is available',
      fix: 'Send more days than vesting_days',
    });
  const description = request.description?.trim() ?? '';
  if (description.length > descriptionMax)
    refuse('too_long', { field: 'description', max: descriptionMax });
  const later = (days: number): Temporal.Instant =>
    enteredAt.toZonedDateTimeISO(timeZone).add({ days }).toInstant();
  return {
    description,
    enteredAt,
    vestsAt: later(vesting),
    expiresAt: expiration > 0 ? later(expiration) : undefined,
  };
}

/** Published samples send up to 84 characters, although a published model allows 50. */
const descriptionMax = 500;
/** A century. */
const daysMax = 36_500;

/** Reads an amount that must not be zero. */
function amountOf(field: string, amount: number | null | undefined, currency: string): Minor {
  if (amount == null) return refuse('missing_field', { field });
  const parsed = toMinor(amount, currency);
  if (parsed.ok && parsed.value !== 0 && Math.abs(parsed.value) <= amountMax) return parsed.value;
  return refuseAmount(field, currency);
}

const refuseAmount = (field: string, currency: string): never =>
  refuse('invalid_field', {
    field,
    reason: `is not a valid amount of store credit in ${currency}`,
    fix: `Send more than 0 and at most ${fromMinor(amountMax as Minor, currency)}`,
  });

function daysOf(field: string, days: number | null | undefined): number {
  const given = days ?? 0;
  if (given < 0 || given > daysMax) refuse('out_of_range', { field, min: 0, max: daysMax });
  return given;
}
