import type {
  CustomerStoreCredit,
  CustomerStoreCreditAddRequest,
} from '@perennial/contract/customerLists.ts';
import type { Temporal } from 'temporal-polyfill';
import { amountMax, fromMinor, type Minor, toMinor } from '../kernel/money.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { noCustomer } from './operations.ts';
import { lockCustomer } from './store.ts';
import { storeCreditAt } from './storeCredit.ts';
import { addCredit, listCredits } from './storeCreditStore.ts';

/** Returns the store credit of a customer at the merchant's moment. */
export function getStoreCredit(context: Context, oid: number): Promise<CustomerStoreCredit> {
  return inTransaction(context, async ({ db, merchant, now }) => {
    if (!(await lockCustomer(db, merchant.merchantId, oid))) noCustomer({ oid });
    return storeCreditAt(await listCredits(db, merchant.merchantId, oid), now, merchant);
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
    const amount = amountOf(request.amount, merchant.currency);
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
      now.toZonedDateTimeISO(merchant.timeZone).add({ days }).toInstant();
    await addCredit(db, merchant.merchantId, oid, {
      entryOid: await takeNumbers(db, merchant.merchantId, 'store_credit', 1),
      amount,
      description,
      enteredAt: now,
      vestsAt: later(vesting),
      expiresAt: expiration > 0 ? later(expiration) : undefined,
    });
  });
}

/** What a ledger entry of the wire can hold. */
const descriptionMax = 50;
/** A century. */
const daysMax = 36_500;

function amountOf(amount: number | null | undefined, currency: string): Minor {
  if (amount == null) return refuse('missing_field', { field: 'amount' });
  const parsed = toMinor(amount, currency);
  if (parsed.ok && parsed.value > 0 && parsed.value <= amountMax) return parsed.value;
  return refuse('invalid_field', {
    field: 'amount',
    reason: `is not a valid amount of store credit in ${currency}`,
    fix: `Send more than 0 and at most ${fromMinor(amountMax as Minor, currency)}`,
  });
}

function daysOf(field: string, days: number | null | undefined): number {
  const given = days ?? 0;
  if (given < 0 || given > daysMax) refuse('out_of_range', { field, min: 0, max: daysMax });
  return given;
}
