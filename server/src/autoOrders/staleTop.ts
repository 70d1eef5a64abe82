import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import { isBefore } from '../kernel/moments.ts';
import type { AutoOrder } from './autoOrder.ts';
import type { Billed } from './billed.ts';
import { isSameSecond, wireMoment } from './formAge.ts';
import { siftAddOns } from './staleAddOns.ts';
import { type FormRules, isMore, isOfOtherZone, type Sieve, without } from './staleSieve.ts';

/** The fields of the auto order itself, without its items. */
export function siftTop(
  current: AutoOrder,
  body: WireAutoOrder,
  sieve: Sieve & { readonly isBeforeMerge: boolean },
): WireAutoOrder {
  if (sieve.rules.isProven) return body;
  // A merge moves an end after N orders to the items, and adds the properties of the source auto
  // orders.
  const isBeforeMerge = sieve.isForm && sieve.isBeforeMerge;
  const isStaleState = sieve.isForm && hasStaleState(current, body, sieve.rules);
  const kept = without(
    body,
    {
      cancel_after_next_x_orders:
        isStaleCancelAfter(current, body, sieve) ||
        (isBeforeMerge && typeof body.cancel_after_next_x_orders === 'number'),
      properties: isBeforeMerge && Array.isArray(body.properties),
      ...staleDeclines(current, body, isStaleState, sieve),
      enabled: isStaleState,
      ...(isStaleState ? staleCancelation(current, body, sieve.rules) : {}),
    },
    sieve,
  );
  if (!body.add_ons) return kept;
  const counted = ownRebills(current, sieve.billed).map(({ addOns }) => addOns);
  return { ...kept, add_ons: siftAddOns(current.addOns, body.add_ons, counted, 'add_ons', sieve) };
}

const ownRebills = ({ autoOrderOid }: AutoOrder, billed: Billed) =>
  billed.filter((rebill) => rebill.autoOrderOid === autoOrderOid);

// Without items, only the value itself shows the age of the form.
function isStaleCancelAfter(current: AutoOrder, body: WireAutoOrder, sieve: Sieve): boolean {
  const { cancel_after_next_x_orders: given } = body;
  const now = current.cancelAfterNextXOrders;
  if (typeof given !== 'number' || now === undefined || given <= now) return false;
  const { counts, schedule } = sieve.age;
  if (counts === 'older' || schedule === 'older') return true;
  const before = ownRebills(current, sieve.billed)[given - now - 1]?.cancelAfterNextXOrders;
  return counts === 'unknown' && sieve.isForm && before === given;
}

/**
 * Returns the stale fields of declines, on a form that was read before a decline, or before the
 * declines ended.
 */
function staleDeclines(
  current: AutoOrder,
  body: WireAutoOrder,
  isStaleState: boolean,
  sieve: Sieve,
): Partial<Record<keyof WireAutoOrder, boolean>> {
  const { age, isForm, rules } = sieve;
  const { credit_card_attempt: attempt, next_attempt: text } = body;
  const next = wireMoment(text, rules.zone);
  const isOtherNext = next !== undefined && !isSameSecond(next, current.nextAttemptAt);
  const isPassed =
    isMore(current.creditCardAttempt, attempt) && isOtherNext && !isBefore(rules.now, next);
  const isReadBefore =
    isForm && ((body.failure_reason || undefined) !== current.failureReason || isPassed);
  if (!isStaleState && !isReadBefore && age.counts !== 'older')
    return { next_attempt: isOfOtherZone(text, current.nextAttemptAt, sieve) };
  return {
    credit_card_attempt: typeof attempt === 'number' && attempt !== current.creditCardAttempt,
    next_attempt: isOtherNext || (text === null && current.nextAttemptAt !== undefined),
  };
}

/**
 * Whether `enabled` of a form is older than the last stop or start of the record. A current form
 * has the time of the stop, or null there.
 */
function hasStaleState(current: AutoOrder, body: WireAutoOrder, { zone }: FormRules): boolean {
  if (current.status === 'active')
    return body.enabled === false && typeof body.disabled_dts === 'string' && !isMeant(body);
  if (current.status === 'merged' || body.enabled !== true) return false;
  const isCanceled = current.status === 'canceled';
  const stoppedAt = isCanceled ? body.canceled_dts : body.disabled_dts;
  if (stoppedAt === null) return false;
  if (stoppedAt === undefined) return body.status !== current.status;
  return !isSameSecond(
    wireMoment(stoppedAt, zone),
    isCanceled ? current.canceledAt : current.disabledAt,
  );
}

/** Whether a body cancels explicitly. If so, its age does not matter. */
const isMeant = (body: WireAutoOrder): boolean =>
  Boolean(body.cancel_reason) || Boolean(body.canceled_by_user);

function staleCancelation(
  current: AutoOrder,
  body: WireAutoOrder,
  { zone }: FormRules,
): Partial<Record<keyof WireAutoOrder, boolean>> {
  const isOther = (given: string | null | undefined, now: string | undefined) =>
    given !== undefined && (given ?? undefined) !== now;
  const at = wireMoment(body.canceled_dts, zone);
  return {
    cancel_reason: isOther(body.cancel_reason, current.cancelReason),
    canceled_by_user: isOther(body.canceled_by_user, current.canceledByUser),
    canceled_dts: at !== undefined && !isSameSecond(at, current.canceledAt),
  };
}
