import { ChargebackDispute } from '@perennial/contract/chargeback.ts';
import type { QueryOf } from '@perennial/contract/operations.ts';
import type { Temporal } from 'temporal-polyfill';
import { toMinor } from '../kernel/money.ts';
import { parseWireDate } from '../kernel/wireDates.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { Dispute, DisputeState } from './dispute.ts';
import { disputeChanged } from './disputeEffectOperations.ts';
import {
  deleteDispute,
  findDispute,
  insertDispute,
  listDisputes,
  saveDispute,
} from './disputeStore.ts';
import type { OrderHooks } from './hooks.ts';
import type { OrderRecord } from './order.ts';
import { lockOrder } from './refundOperations.ts';

/** Lists disputes, newest first. */
export async function readDisputes(
  { db, merchant: { merchantId, timeZone } }: Context,
  query: QueryOf<'getChargebackDisputes'>,
  page: Page,
): Promise<{ readonly disputes: readonly Dispute[]; readonly hasMore: boolean }> {
  const given = query as Readonly<Record<string, string | undefined>>;
  const moment = (field: string) => filterDate(given[field], field, timeZone);
  const found = await listDisputes(
    db,
    merchantId,
    {
      orderId: given['order_id'],
      caseNumber: given['case_number'],
      state: given['status'],
      opened: { begin: moment('chargeback_dts_start'), end: moment('chargeback_dts_end') },
      due: { begin: moment('expiration_dts_start'), end: moment('expiration_dts_end') },
      since: moment('_since'),
    },
    page,
  );
  return { disputes: found.slice(0, page.limit), hasMore: found.length > page.limit };
}

/** Returns a dispute. Refuses a dispute that does not exist. */
export async function readDispute({ db, merchant }: Context, disputeOid: number): Promise<Dispute> {
  return (
    (await findDispute(db, merchant.merchantId, disputeOid)) ??
    refuse('not_found', { what: 'chargeback', id: disputeOid })
  );
}

/** Records a dispute that no gateway reported. */
export async function recordDispute(
  context: Context,
  body: ChargebackDispute,
  hooks: OrderHooks,
): Promise<Dispute> {
  const { order_id: orderId } = body;
  if (!orderId) return refuse('missing_field', { field: 'order_id' });
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const order = await lockOrder(context, orderId, hooks);
    const disputeOid = await takeNumbers(context.db, merchantId, 'dispute', 1);
    const blank: Dispute = {
      disputeOid,
      orderId: order.orderId,
      autoOrderOid: order.autoOrderOid,
      state: 'open',
      amount: order.total,
      currency: order.currency,
      document: {},
      openedAt: context.now,
      modifiedAt: context.now,
    };
    const dispute = changedBy(context, blank, body, order);
    await insertDispute(context.db, merchantId, dispute);
    await disputeChanged(context, { order, dispute, by: context.actor.name }, hooks);
    return dispute;
  });
}

/** Changes a dispute. If a gateway reported it, only the gateway can end it. */
export async function changeDispute(
  context: Context,
  disputeOid: number,
  body: ChargebackDispute,
  hooks: OrderHooks,
): Promise<Dispute> {
  return inTransaction(context, async (context) => {
    const { order, before } = await lockDispute(context, disputeOid, hooks);
    refuseForeignState(before, body.status ?? undefined);
    const dispute = changedBy(context, before, body, order);
    await saveDispute(context.db, context.merchant.merchantId, dispute);
    await disputeChanged(context, { order, dispute, before, by: context.actor.name }, hooks);
    return dispute;
  });
}

/** Deletes a dispute that staff recorded and returns its last state. */
export async function removeDispute(
  context: Context,
  disputeOid: number,
  hooks: OrderHooks,
): Promise<Dispute> {
  return inTransaction(context, async (context) => {
    const { order, before } = await lockDispute(context, disputeOid, hooks);
    if (before.gatewayReference !== undefined)
      refuse('state_conflict', {
        reason: `Dispute ${disputeOid} was reported by the gateway`,
        fix: 'Respond to it at the gateway, which reports its end',
      });
    await deleteDispute(context.db, context.merchant.merchantId, disputeOid);
    const changed = { order, dispute: before, before, isDeleted: true, by: context.actor.name };
    await disputeChanged(context, changed, hooks);
    return before;
  });
}

async function lockDispute(
  context: Context,
  disputeOid: number,
  hooks: OrderHooks,
): Promise<{ order: OrderRecord; before: Dispute }> {
  const seen = await readDispute(context, disputeOid);
  const order = await lockOrder(context, seen.orderId, hooks);
  return { order, before: await readDispute(context, disputeOid) };
}

function refuseForeignState(before: Dispute, state: DisputeState | undefined): void {
  if (state === undefined || state === before.state) return;
  const conflict = (reason: string, fix: string) => refuse('state_conflict', { reason, fix });
  if (before.gatewayReference !== undefined)
    conflict(
      `The status of dispute ${before.disputeOid} is the gateway's`,
      'Respond to it at the gateway, which reports its end',
    );
  if (before.state !== 'open' && state === 'open')
    conflict(
      `Dispute ${before.disputeOid} has ended and does not open again`,
      'Record another dispute',
    );
}

const ownFields = {
  amount: undefined,
  chargeback_dts: undefined,
  chargeback_dispute_oid: undefined,
  currency: undefined,
  expiration_dts: undefined,
  order_id: undefined,
  status: undefined,
};

function changedBy(
  { merchant: { timeZone }, now }: Context,
  before: Dispute,
  body: ChargebackDispute,
  order: OrderRecord,
): Dispute {
  const given = writable(ChargebackDispute, body, timeZone);
  const { expiration_dts: due, chargeback_dts: opened, amount, status } = given;
  return {
    ...before,
    state: status ?? before.state,
    amount: amount == null ? before.amount : amountGiven(amount, order),
    openedAt: momentGiven(opened, timeZone) ?? before.openedAt,
    dueAt: due === undefined ? before.dueAt : momentGiven(due, timeZone),
    document: merged(before.document, { ...given, ...ownFields }),
    modifiedAt: now,
  };
}

function amountGiven(amount: number, { total, currency }: OrderRecord): Dispute['amount'] {
  const parsed = toMinor(amount, currency);
  if (parsed.ok && parsed.value > 0 && parsed.value <= total) return parsed.value;
  return refuse('invalid_field', {
    field: 'amount',
    reason: `is not an amount in ${currency} that was charged for the order`,
    fix: "Send more than 0 and at most the order's total",
  });
}

function momentGiven(text: string | null | undefined, zone: string): Temporal.Instant | undefined {
  if (!text) return undefined;
  const parsed = parseWireDate(text, zone);
  return parsed.ok ? parsed.value : undefined;
}
