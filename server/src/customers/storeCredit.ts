import type {
  CustomerStoreCredit,
  CustomerStoreCreditLedgerEntry,
} from '@perennial/contract/customerLists.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor, minor, sum, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';

/** A credit of a customer. */
export interface StoreCredit {
  readonly entryOid: number;
  readonly amount: Minor;
  readonly description: string;
  readonly enteredAt: Temporal.Instant;
  /** From this moment on it is available. */
  readonly vestsAt: Temporal.Instant;
  /** From this moment on it cannot be used. Absent: it never expires. */
  readonly expiresAt?: Temporal.Instant | undefined;
  /** The order for which it was given. */
  readonly orderId?: string | undefined;
  /** Whether a refund of the order gave it. */
  readonly isRefund?: boolean | undefined;
}

/** An amount that was taken from one credit. A negative amount was given back. */
export interface CreditUse extends CreditShare {
  readonly useOid: number;
  readonly description: string;
  readonly orderId?: string | undefined;
  readonly usedAt: Temporal.Instant;
  readonly purpose: UsePurpose;
}

/**
 * The purpose of a use. An adjustment by a user only names an order; a payment pays for it. A
 * refund that fails later takes back the credit that it gave.
 */
export type UsePurpose = 'payment' | 'adjustment' | 'failed refund';

/** A part of one credit. */
export interface CreditShare {
  /** The credit. */
  readonly entryOid: number;
  readonly amount: Minor;
}

/** All credits of a customer, and all uses of them. */
export interface CreditAccount {
  readonly credits: readonly StoreCredit[];
  readonly uses: readonly CreditUse[];
}

const expiringHours = 30 * 24;

/** Returns the amount that a customer can use at a moment. */
export function availableCredit(account: CreditAccount, now: Temporal.Instant): Minor {
  return sum(usableCredits(account, now).map(({ left }) => left));
}

/**
 * Returns the shares of credits that make up an amount. Credits that expire first are used first.
 * If less is available, fails with the available amount.
 */
export function takeCredit(
  account: CreditAccount,
  amount: Minor,
  now: Temporal.Instant,
): Outcome<CreditShare[], Minor> {
  const available = availableCredit(account, now);
  if (amount > available) return failure(available);
  const shares: CreditShare[] = [];
  let missing: Minor = amount;
  for (const { credit, left } of usableCredits(account, now)) {
    const taken = minor(Math.min(left, missing));
    if (taken > 0) shares.push({ entryOid: credit.entryOid, amount: taken });
    missing = minor(missing - taken);
  }
  return success(shares);
}

/** Returns the entries that give back what uses have taken, up to an amount. */
export function returnedShares(
  uses: readonly CreditShare[],
  most: Minor = minor(Number.MAX_SAFE_INTEGER),
): CreditShare[] {
  const taken = new Map<number, Minor>();
  for (const { entryOid, amount } of uses)
    taken.set(entryOid, minor((taken.get(entryOid) ?? 0) + amount));
  const returned: CreditShare[] = [];
  let left = most;
  // The credit that expires last is given back first.
  for (const [entryOid, amount] of [...taken].reverse()) {
    const back = minor(Math.min(amount, left));
    if (back > 0) returned.push({ entryOid, amount: minor(0 - back) });
    left = minor(left - Math.max(back, 0));
  }
  return returned.reverse();
}

/**
 * Returns the amount with which an order can be paid: the available credit, and the credit that it
 * already uses.
 */
export const payable = (
  account: CreditAccount,
  orderId: string | undefined,
  now: Temporal.Instant,
): Minor => minor(availableCredit(account, now) + sum(paymentsOf(account, orderId).map(amountIn)));

/**
 * Returns the entries after which an order uses exactly this amount. The amount must not exceed
 * what it can be paid with.
 */
export function sharesToUse(
  account: CreditAccount,
  orderId: string | undefined,
  amount: Minor,
  now: Temporal.Instant,
): CreditShare[] {
  const uses = paymentsOf(account, orderId);
  const used = sum(uses.map(amountIn));
  if (amount < used) return returnedShares(uses, minor(used - amount));
  const taken = takeCredit(account, minor(amount - used), now);
  return taken.ok ? taken.value : [];
}

const amountIn = ({ amount }: CreditShare): Minor => amount;

const paymentsOf = ({ uses }: CreditAccount, orderId: string | undefined): CreditUse[] =>
  orderId === undefined
    ? []
    : uses.filter((use) => use.purpose === 'payment' && use.orderId === orderId);

/** Returns an account after an order took these shares from it. A new order has no id yet. */
export const afterPayment = (
  account: CreditAccount,
  orderId: string | undefined,
  shares: readonly CreditShare[],
  usedAt: Temporal.Instant,
): CreditAccount => ({
  ...account,
  uses: [
    ...account.uses,
    ...shares.map((share) => ({
      ...share,
      useOid: 0,
      description: '',
      orderId,
      usedAt,
      purpose: 'payment' as const,
    })),
  ],
});

interface UsableCredit {
  readonly credit: StoreCredit;
  /** More than zero. */
  readonly left: Minor;
}

/** Returns the credits that have an amount left, by their end. Those without an end come last. */
function usableCredits(account: CreditAccount, now: Temporal.Instant): UsableCredit[] {
  const left = leftIn(account);
  return account.credits
    .filter((credit) => isVested(credit, now) && !isExpired(credit, now))
    .map((credit) => ({ credit, left: left(credit) }))
    .filter((each) => each.left > 0)
    .sort((one, other) => endOf(one.credit) - endOf(other.credit));
}

const endOf = ({ expiresAt }: StoreCredit): number =>
  expiresAt?.epochMilliseconds ?? Number.MAX_SAFE_INTEGER;

/** Returns the remaining amount of each credit, whether or not it can be used now. */
function leftIn({ uses }: CreditAccount): (credit: StoreCredit) => Minor {
  const used = new Map<number, number>();
  for (const { entryOid, amount } of uses) used.set(entryOid, (used.get(entryOid) ?? 0) + amount);
  return ({ entryOid, amount }) => minor(amount - (used.get(entryOid) ?? 0));
}

/** Returns the wire's figures and ledgers of a customer's credits at a moment. */
export function storeCreditAt(
  account: CreditAccount,
  now: Temporal.Instant,
  { currency, timeZone }: { readonly currency: string; readonly timeZone: string },
): CustomerStoreCredit {
  const { credits } = account;
  const left = leftIn(account);
  const amount = (wanted: (credit: StoreCredit) => boolean, of = left) =>
    fromMinor(sum(credits.filter(wanted).map(of)), currency);
  const entries = [
    ...credits.flatMap((credit) => movements(credit, left(credit))),
    ...usesOf(account),
  ];
  entries.sort((one, other) => Temporal.Instant.compare(one.at, other.at));
  const ledger = (isWanted: (movement: Movement) => boolean) =>
    entries.filter(isWanted).map((movement) => wireEntry(movement, currency, timeZone));
  const soon = now.add({ hours: expiringHours });
  return {
    total: amount(
      () => true,
      (credit) => credit.amount,
    ),
    available: fromMinor(availableCredit(account, now), currency),
    vesting: amount((credit) => !isVested(credit, now) && !isExpired(credit, now)),
    expiring: amount((credit) => !isExpired(credit, now) && isExpired(credit, soon)),
    past_ledgers: ledger(({ at }) => isBy(at, now)),
    future_ledgers: ledger(({ at }) => !isBy(at, now)),
  };
}

const isVested = ({ vestsAt }: StoreCredit, now: Temporal.Instant): boolean => isBy(vestsAt, now);

const isExpired = ({ expiresAt }: StoreCredit, now: Temporal.Instant): boolean =>
  expiresAt !== undefined && isBy(expiresAt, now);

const isBy = (moment: Temporal.Instant, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(moment, now) <= 0;

interface Movement {
  readonly oid: number;
  readonly description: string;
  readonly orderId?: string | undefined;
  readonly action: 'Accrual' | 'Vesting' | 'Expiring' | 'Used' | 'Returned';
  readonly at: Temporal.Instant;
  /** The amount is below zero: less can be used. */
  readonly amount: number;
}

/**
 * Returns the amounts that vest and expire. A credit that is available at once has no vesting, and
 * one without an end has no expiration. Only the remaining amount of a credit expires.
 */
function movements(credit: StoreCredit, left: Minor): Movement[] {
  const { enteredAt, vestsAt, expiresAt, amount } = credit;
  const entry = { oid: credit.entryOid, description: credit.description, orderId: credit.orderId };
  const vests = Temporal.Instant.compare(vestsAt, enteredAt) > 0;
  const expires = expiresAt !== undefined && left > zero;
  return [
    { ...entry, action: 'Accrual', at: enteredAt, amount },
    ...(vests ? [{ ...entry, action: 'Vesting' as const, at: vestsAt, amount }] : []),
    ...(expires
      ? [{ ...entry, action: 'Expiring' as const, at: expiresAt, amount: 0 - left }]
      : []),
  ];
}

const usesOf = ({ uses }: CreditAccount): Movement[] =>
  uses.map((use) => ({
    oid: use.useOid,
    description: use.description,
    orderId: use.orderId,
    action: use.amount > 0 ? 'Used' : 'Returned',
    at: use.usedAt,
    amount: 0 - use.amount,
  }));

function wireEntry(
  { oid, description, orderId, action, at, amount }: Movement,
  currency: string,
  timeZone: string,
): CustomerStoreCreditLedgerEntry {
  return {
    action,
    amount: fromMinor(minor(amount), currency),
    ...(description && { description }),
    ...(orderId !== undefined && { reference_order_id: orderId }),
    entry_dts: wireDate(at, timeZone),
    gift_certificate_ledger_oid: oid,
  };
}
