import type {
  CustomerStoreCredit,
  CustomerStoreCreditLedgerEntry,
} from '@perennial/contract/customerLists.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor, sum } from '../kernel/money.ts';

/** A credit that a customer was given. */
export interface StoreCredit {
  readonly entryOid: number;
  readonly amount: Minor;
  readonly description: string;
  readonly enteredAt: Temporal.Instant;
  /** From this moment on it is available. */
  readonly vestsAt: Temporal.Instant;
  /** From this moment on it is worth nothing. Absent: it never expires. */
  readonly expiresAt?: Temporal.Instant | undefined;
}

const expiringHours = 30 * 24;

/** Returns the wire's figures and ledgers of a customer's credits at a moment. */
export function storeCreditAt(
  credits: readonly StoreCredit[],
  now: Temporal.Instant,
  { currency, timeZone }: { readonly currency: string; readonly timeZone: string },
): CustomerStoreCredit {
  const amount = (wanted: (credit: StoreCredit) => boolean) =>
    fromMinor(sum(credits.filter(wanted).map((credit) => credit.amount)), currency);
  const entries = credits
    .flatMap(movements)
    .sort((one, other) => Temporal.Instant.compare(one.at, other.at));
  const ledger = (isWanted: (movement: Movement) => boolean) =>
    entries.filter(isWanted).map((movement) => wireEntry(movement, currency, timeZone));
  const isVested = ({ vestsAt }: StoreCredit) => isBy(vestsAt, now);
  const isExpired = ({ expiresAt }: StoreCredit) => expiresAt !== undefined && isBy(expiresAt, now);
  const soon = now.add({ hours: expiringHours });
  return {
    total: amount(() => true),
    available: amount((credit) => isVested(credit) && !isExpired(credit)),
    vesting: amount((credit) => !isVested(credit) && !isExpired(credit)),
    expiring: amount(
      (credit) =>
        !isExpired(credit) && credit.expiresAt !== undefined && isBy(credit.expiresAt, soon),
    ),
    past_ledgers: ledger(({ at }) => isBy(at, now)),
    future_ledgers: ledger(({ at }) => !isBy(at, now)),
  };
}

const isBy = (moment: Temporal.Instant, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(moment, now) <= 0;

interface Movement {
  readonly credit: StoreCredit;
  readonly action: 'Accrual' | 'Vesting' | 'Expiring';
  readonly at: Temporal.Instant;
}

/** A credit that is available at once has no vesting, and one without an end no expiration. */
function movements(credit: StoreCredit): Movement[] {
  const { enteredAt, vestsAt, expiresAt } = credit;
  const vests = Temporal.Instant.compare(vestsAt, enteredAt) > 0;
  return [
    { credit, action: 'Accrual', at: enteredAt },
    ...(vests ? [{ credit, action: 'Vesting' as const, at: vestsAt }] : []),
    ...(expiresAt ? [{ credit, action: 'Expiring' as const, at: expiresAt }] : []),
  ];
}

function wireEntry(
  { credit, action, at }: Movement,
  currency: string,
  timeZone: string,
): CustomerStoreCreditLedgerEntry {
  const amount = fromMinor(credit.amount, currency);
  return {
    action,
    amount: action === 'Expiring' ? -amount : amount,
    ...(credit.description && { description: credit.description }),
    entry_dts: wireDate(at, timeZone),
    gift_certificate_ledger_oid: credit.entryOid,
  };
}
