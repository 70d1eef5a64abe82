import type { Currency } from '@perennial/contract/common.ts';
import { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { chargedBy } from '../autoOrders/chargedBy.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import { required } from '../kernel/assert.ts';
import type { OrderRecord } from '../orders/order.ts';
import {
  type AnsweredAttempt,
  attemptAnswer,
  type KnownAnswer,
  referenceOf,
  settledAnswer,
} from './answeredAttempt.ts';
import type { NewAttempt, OpenAttempt } from './attempt.ts';
import type { AutoOrderAfter } from './endings.ts';
import { cardField, continuedOrder } from './keptOrder.ts';
import { rebillOrderRecord } from './orderDocument.ts';
import type { RebillPolicy } from './policy.ts';
import {
  afterDeclined,
  afterPaid,
  afterReviving,
  isDisabledByDeclines,
  type SettlingRules,
} from './settlement.ts';

/** An answered attempt with the records that are needed to settle it. */
export interface Settlement extends AnsweredAttempt {
  /** The gateway's answer. */
  readonly gatewayAnswer: KnownAnswer;
  /** The answer that counts (see {@link settledAnswer}). */
  readonly answer: KnownAnswer;
  /** The time of the charge, or of its decline if the payment waited for its customer. */
  readonly at: Temporal.Instant;
  readonly after: AutoOrderAfter;
  readonly catalog: Catalog;
  /** The order to store, if any. */
  readonly order: OrderRecord | undefined;
  /** True if no earlier attempt has left this order. */
  readonly isNewOrder: boolean;
  /** True if staff had marked the order as paid before the card was charged for it. */
  readonly isPaidTwice: boolean;
}

/** The records from which the settlements of a batch are planned. */
export interface SettlementSources {
  readonly autoOrders: ReadonlyMap<number, AutoOrder>;
  readonly originals: ReadonlyMap<string, OrderRecord>;
  /** The orders that earlier attempts left, by order id. */
  readonly kept: ReadonlyMap<string, OrderRecord>;
  /** The notes that customers' profiles add to every order, by the oid of the customer. */
  readonly notes: ReadonlyMap<number, string>;
  /** True if the purchase order of a rebill is approved automatically. */
  readonly approves: (original: OrderRecord) => boolean;
  readonly inFlight: ReadonlyMap<number, OpenAttempt>;
  readonly catalog: Catalog;
  readonly policy: RebillPolicy;
  readonly zone: string;
  readonly now: Temporal.Instant;
  /** A cache of amounts that were formatted for other orders of the batch. */
  readonly wrote: Map<string, Currency>;
}

/** Returns the effect of one attempt's answer on its auto order and on its order. */
export function settlementOf(answered: AnsweredAttempt, sources: SettlementSources): Settlement {
  const { attempt, routed } = answered;
  const { autoOrders, originals, kept, catalog, policy, zone, wrote } = sources;
  const autoOrder = required(autoOrders.get(attempt.autoOrderOid), 'auto order of a rebill');
  const original = required(originals.get(autoOrder.originalOrderId), 'original order of a rebill');
  const before = kept.get(attempt.orderId);
  const gatewayAnswer = attempt.charge.isInvoice
    ? { kind: 'invoiced' as const, isApproved: sources.approves(original) }
    : attemptAnswer(routed);
  const answer = settledAnswer(gatewayAnswer, before);
  const isKept = answer.kind !== 'declined' || policy.storeDeclined || before !== undefined;
  const { editedFields = [], declines } = sources.inFlight.get(attempt.autoOrderOid) ?? {};
  const { at, retryAt } = settledMoment(answered, answer, original, sources);
  const rules = { catalog, policy, zone, at };
  const facts = { isKept, earlierDeclines: declines?.length ?? 0, retryAt };
  const after = autoOrderAfter(autoOrder, attempt, answer, facts, rules);
  const { overrideAffiliateId } = autoOrder;
  const record = isKept
    ? rebillOrderRecord({
        ...attempt,
        overrideAffiliateId,
        original,
        zone,
        payment: answer,
        notes: sources.notes.get(original.customerProfileOid ?? 0),
        declines: before === undefined ? declines : [],
        wrote,
      })
    : undefined;
  return {
    ...answered,
    gatewayAnswer,
    answer,
    at,
    after: { ...after, autoOrder: withChargedBy(after.autoOrder, answered) },
    catalog,
    order:
      record && before !== undefined
        ? continuedOrder(record, { order: before, editedFields }, attempt.at, zone)
        : record,
    isNewOrder: before === undefined,
    isPaidTwice: before?.paidAt !== undefined && referenceOf(answer) !== undefined,
  };
}

/**
 * Returns the time of the charge. A payment that waited for its customer is declined when it is
 * given up, and is tried again at once if there is a new card.
 */
function settledMoment(
  { attempt: { at, autoOrderOid, charge }, endedAt }: AnsweredAttempt,
  { kind }: KnownAnswer,
  { cardToken }: OrderRecord,
  { inFlight, now }: SettlementSources,
): { readonly at: Temporal.Instant; readonly retryAt?: Temporal.Instant } {
  const { wasAwaited, editedFields = [] } = inFlight.get(autoOrderOid) ?? {};
  if (wasAwaited !== true || kind !== 'declined') return { at };
  const end = endedAt ?? now;
  const isNewCard = cardToken !== charge.card?.token && !editedFields.includes(cardField);
  return {
    at: Temporal.Instant.compare(end, at) > 0 ? end : at,
    ...(isNewCard ? { retryAt: now } : {}),
  };
}

function autoOrderAfter(
  autoOrder: AutoOrder,
  { charge: { order, revives }, rebillNumber, orderId }: NewAttempt,
  answer: KnownAnswer,
  { isKept, earlierDeclines, retryAt }: DeclineFacts,
  rules: SettlingRules,
): AutoOrderAfter {
  if (answer.kind !== 'declined')
    return revives === true && isDisabledByDeclines(autoOrder)
      ? afterReviving(autoOrder, order, rules)
      : afterPaid(autoOrder, order, rules);
  const declined = {
    ...answer,
    rebillNumber,
    orderId: isKept ? orderId : undefined,
    earlierDeclines,
    retryAt,
  };
  return afterDeclined(autoOrder, order, declined, rules);
}

/** The facts that decide the consequences of a decline, besides the answer. */
interface DeclineFacts {
  readonly isKept: boolean;
  readonly earlierDeclines: number;
  readonly retryAt: Temporal.Instant | undefined;
}

/** Stores which kind of gateway captured a charge of this card. */
function withChargedBy(autoOrder: AutoOrder, { attempt, routed }: AnsweredAttempt): AutoOrder {
  const { card } = attempt.charge;
  if (routed?.answer.kind !== 'approved' || routed.kind === undefined || card === undefined)
    return autoOrder;
  return { ...autoOrder, chargedBy: chargedBy(routed.kind, card.token) };
}
