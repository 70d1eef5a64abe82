import type {
  AccountsReceivableRetryConfig,
  AccountsReceivableRetryDayActivity,
} from '@perennial/contract/receivable.ts';
import type { Temporal } from 'temporal-polyfill';
import { addDays, daysBetween } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isOneAddress } from '../kernel/mailAddress.ts';
import { declineCodeDetail } from './payment.ts';

/*
 * Decides about the retry of Accounts Receivable: on which days the card of an unpaid order is
 * charged again, and when the order is rejected (current API, AccountsReceivableRetryConfig).
 */

const daysMax = 7;
const emailsMax = 20;

/**
 * Returns the fault of a configuration. `coupons` contains the case-folded codes that a retry can
 * use.
 */
export function retryConfigFault(
  { daily_activity_list: days, notify_emails: emails }: AccountsReceivableRetryConfig,
  coupons: ReadonlySet<string>,
): FieldFault | undefined {
  const list = days ?? [];
  const wrongEmails = emailsFault(emails ?? []);
  if (wrongEmails) return wrongEmails;
  if (list.length > daysMax)
    return {
      field: 'daily_activity_list',
      reason: `has ${list.length} days`,
      fix: `Send at most ${daysMax}`,
    };
  for (const [index, { day, coupon_code: code }] of list.entries()) {
    const field = `daily_activity_list[${index}]`;
    if (day == null || day < 1 || day > daysMax)
      return {
        field: `${field}.day`,
        reason: 'is not a day of the retry',
        fix: `Send 1 to ${daysMax}: days since the order came into Accounts Receivable`,
      };
    if (list.findIndex((other) => other.day === day) !== index)
      return { field: `${field}.day`, reason: 'occurs twice', fix: 'Send each day once' };
    if (code && !coupons.has(fold(code)))
      return {
        field: `${field}.coupon_code`,
        reason: `names ${code}, which is not a coupon that a retry can use`,
        fix:
          'Name a coupon of the settings, or one of the catalogue that takes a percentage or an ' +
          'amount off the subtotal without a condition',
      };
  }
  return undefined;
}

function emailsFault(emails: readonly string[]): FieldFault | undefined {
  if (emails.length > emailsMax)
    return {
      field: 'notify_emails',
      reason: `has ${emails.length} addresses`,
      fix: `Send at most ${emailsMax}`,
    };
  const wrong = emails.findIndex((email) => !isOneAddress(email));
  return wrong < 0
    ? undefined
    : {
        field: `notify_emails[${wrong}]`,
        reason: 'is not an email address',
        fix: 'Send one address in each element, for example owner@example.com',
      };
}

/**
 * The addresses for mails about orders that the retry collected, and about those that it rejected.
 */
export function retryReaders(config: AccountsReceivableRetryConfig | undefined): {
  readonly paid: readonly string[];
  readonly rejected: readonly string[];
} {
  const emails = [...new Set(config?.notify_emails ?? [])];
  return {
    paid: config?.notify_successes === true ? emails : [],
    rejected: config?.notify_rejections === true ? emails : [],
  };
}

/** Returns the names of given fields that have no effect on this server. */
export const idleFields = (config: AccountsReceivableRetryConfig): string[] => [
  ...(sendsMails(config) ? [] : filled(config, mailNames)),
  ...filled(config, idleNames),
];

/** Whether the retry sends mails: it has an address, and something to report. */
const sendsMails = (config: AccountsReceivableRetryConfig): boolean =>
  Object.values(retryReaders(config)).some((emails) => emails.length > 0);

const filled = (
  config: AccountsReceivableRetryConfig,
  names: readonly (keyof AccountsReceivableRetryConfig)[],
): string[] =>
  names.filter((name) => {
    const value = config[name];
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  });

const mailNames = ['notify_emails', 'notify_rejections', 'notify_successes'] as const;

const idleNames = [
  'allow_process_linked_accounts',
  'current_service_plan',
  'managed_by_linked_account_merchant_id',
  'process_linked_accounts',
  'processing_percentage',
  'trial_mode',
  'trial_mode_expiration_dts',
] as const satisfies readonly (keyof AccountsReceivableRetryConfig)[];

/** An order that the retry processes. */
export interface RetriedOrder {
  readonly enteredAt: Temporal.Instant;
  /** The last day on which the retry processed the order; absent: it has not done so yet. */
  readonly lastDay: number | undefined;
  readonly now: Temporal.Instant;
  readonly zone: string;
}

/** The next step of the retry for an order. */
export type RetryStep =
  | { readonly kind: 'charge'; readonly day: number; readonly couponCode?: string | undefined }
  | { readonly kind: 'reject'; readonly day: number }
  | { readonly kind: 'wait'; readonly until: Temporal.Instant }
  /** No step is left. */
  | { readonly kind: 'none' };

/**
 * Returns the step of the retry for an order today. A missed day is skipped once a later one has
 * come. For an order that is older than the retry, only the remaining days count. An order that is
 * past all days is never charged or rejected.
 */
export function retryStep(
  { daily_activity_list: list = [], reject_at_end: rejects }: AccountsReceivableRetryConfig,
  order: RetriedOrder,
): RetryStep {
  const { enteredAt, now, zone } = order;
  const today = daysBetween(enteredAt, now, zone);
  const lastDay = order.lastDay ?? today - 1;
  const days = activitiesOf(list, rejects === true);
  const end = days.at(-1)?.day ?? 0;
  if (today > end + graceDays || (order.lastDay === undefined && today > end))
    return { kind: 'none' };
  const due = days.findLast(({ day }) => day > lastDay && day <= today);
  if (due?.charge === true && due.day + graceDays >= today)
    return { kind: 'charge', day: due.day, couponCode: due.coupon_code || undefined };
  if (due?.charge === false) return { kind: 'reject', day: due.day };
  const next = days.find(({ day }) => day > today);
  return next === undefined
    ? { kind: 'none' }
    : { kind: 'wait', until: addDays(enteredAt, next.day, zone) };
}

// After a weekend without a server the retry continues. After a longer stop a person must check it.
const graceDays = 3;

/** Returns the days of the list in order, and after the last one the rejection. */
function activitiesOf(list: readonly AccountsReceivableRetryDayActivity[], rejects: boolean) {
  const days = list
    .flatMap(({ day, charge, coupon_code }) =>
      day == null ? [] : [{ day, charge: charge === true, coupon_code }],
    )
    .toSorted((a, b) => a.day - b.day);
  const last = days.at(-1);
  return rejects && last?.charge === true
    ? [...days, { day: last.day + 1, charge: false, coupon_code: undefined }]
    : days;
}

/** Whether a decline rejects the order at once. */
export function rejectsOrder(
  { transaction_rejects: rejects = [] }: AccountsReceivableRetryConfig,
  { reason, code }: { readonly reason: string; readonly code?: string | undefined },
): boolean {
  const details = new Map([
    ['reason', reason],
    [declineCodeDetail, code ?? ''],
  ]);
  return rejects.some(({ name, value }) => {
    const found = details.get((name ?? '').trim().toLowerCase());
    return !!value && found !== undefined && fold(found) === fold(value.trim());
  });
}
