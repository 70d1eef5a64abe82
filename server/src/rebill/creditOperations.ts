import {
  afterPayment,
  type CreditAccount,
  type CreditShare,
  sharesToUse,
} from '../customers/storeCredit.ts';
import { lockAccounts, returnCredit, storePayments } from '../customers/storeCreditOperations.ts';
import { readAccounts } from '../customers/storeCreditStore.ts';
import { zero } from '../kernel/money.ts';
import type { OrderRecord } from '../orders/order.ts';
import { creditUsed } from '../orders/storeCredit.ts';
import type { Context } from '../platform/context.ts';
import type { NewAttempt } from './attempt.ts';
import type { Decision, DecisionInput } from './plan.ts';

/*
 * Rebills use the rest of their customer's store credit if the original order used some
 * (docs/adr/0071-store-credit.md). Like stock, it is taken in the transaction that claims the
 * charge. The order of a declined rebill keeps it for the next attempt; without such an order it is
 * given back.
 */

/** Returns the account that pays a rebill of an original order; undefined if there is none. */
export type CreditOf = (original: OrderRecord | undefined) => CreditAccount | undefined;

/** Reads the store credit for previews. Makes no query if no original order used store credit. */
export async function readCredit(
  { db, merchant: { merchantId } }: Pick<Context, 'db' | 'merchant'>,
  orders: Iterable<OrderRecord>,
): Promise<CreditOf> {
  const oids = payersOf(orders);
  return oids.length === 0 ? noCredit : creditOf(await readAccounts(db, merchantId, oids));
}

/** Reads the store credit for a claim, and locks the customers until the result is stored. */
export async function lockCredit(
  context: Context,
  orders: Iterable<OrderRecord>,
): Promise<CreditOf> {
  const oids = payersOf(orders);
  return oids.length === 0 ? noCredit : creditOf(await lockAccounts(context, oids));
}

const noCredit: CreditOf = () => undefined;

const creditOf =
  (accounts: ReadonlyMap<number, CreditAccount>): CreditOf =>
  (original) =>
    original === undefined || !usesCredit(original)
      ? undefined
      : accounts.get(original.customerProfileOid ?? 0);

const usesCredit = (order: OrderRecord): boolean => creditUsed(order) > 0;

function payersOf(orders: Iterable<OrderRecord>): number[] {
  const payers = [...orders].filter(usesCredit);
  return [...new Set(payers.flatMap(({ customerProfileOid: oid }) => oid ?? []))];
}

/** The store credit that a charge takes or gives back. */
export interface Payment {
  readonly customerOid: number;
  readonly shares: readonly CreditShare[];
}

/**
 * Decides on the charges of a batch one after the other, so that the rebills of one customer do not
 * use the same credit. If a charge is not made because its stock has just been sold, its credit
 * stays unused, and the card pays for the others.
 */
export function decideInTurn<Candidate extends DecisionInput>(
  candidates: readonly Candidate[],
  decide: (candidate: Candidate) => Decision,
): (Candidate & { readonly decision: Decision; readonly payment?: Payment })[] {
  const accounts = new Map<number, CreditAccount>();
  return candidates.map((each) => {
    const customerOid = each.original?.customerProfileOid ?? 0;
    if (each.credit === undefined) return { ...each, decision: decide(each) };
    const credit = accounts.get(customerOid) ?? each.credit;
    const decision = decide({ ...each, credit });
    if (decision.kind !== 'charge') return { ...each, decision };
    const orderId = each.kept?.order.orderId;
    const amount = decision.charge.order.credit ?? zero;
    const shares = sharesToUse(credit, orderId, amount, each.at);
    accounts.set(customerOid, afterPayment(credit, orderId, shares, each.at));
    return { ...each, decision, payment: { customerOid, shares } };
  });
}

/** Stores the store credit that claimed charges take. */
export async function storeCreditPayments(
  context: Context,
  claims: readonly { readonly attempt: NewAttempt; readonly payment?: Payment | undefined }[],
): Promise<void> {
  const payments = claims.flatMap(({ attempt: { orderId, at: usedAt }, payment }) =>
    (payment?.shares ?? []).map((share) => ({
      ...share,
      customerOid: payment!.customerOid,
      orderId,
      description: `Order ${orderId}`,
      usedAt,
    })),
  );
  await storePayments(context, payments);
}

/** A settled charge, and the order that it left, if any. */
export interface SettledCharge {
  readonly attempt: NewAttempt;
  readonly order: OrderRecord | undefined;
}

/** Gives back store credit that settled charges had taken but their orders do not show. */
export async function returnUnusedCredit(
  context: Context,
  settled: readonly SettledCharge[],
): Promise<void> {
  for (const { attempt, order } of settled) {
    const { orderId, charge } = attempt;
    const kept = order === undefined ? zero : creditUsed(order);
    if ((charge.order.credit ?? zero) > kept)
      await returnCredit(context, orderId, `Order ${orderId} was not paid`, kept);
  }
}
