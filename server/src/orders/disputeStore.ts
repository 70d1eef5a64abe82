import type { ChargebackDispute } from '@perennial/contract/chargeback.ts';
import type { Temporal } from 'temporal-polyfill';
import { type MomentRange, rangeConditions } from '../kernel/momentRange.ts';
import { minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import { bindings } from '../platform/storage/page.ts';
import type { Dispute, DisputeState } from './dispute.ts';
import { storedId } from './store.ts';

/** Inserts a dispute. Returns false when the gateway's dispute is already stored. */
export async function insertDispute(
  tx: Database,
  merchantId: string,
  dispute: Dispute,
): Promise<boolean> {
  const count = await tx.run(
    `insert into chargeback_dispute (merchant_id, dispute_oid, order_id, auto_order_oid, state,
       amount_minor, currency, charge_reference, gateway_reference, document, opened_at, due_at,
       modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13)
     on conflict (merchant_id, gateway_reference) where gateway_reference is not null do nothing`,
    [
      merchantId,
      dispute.disputeOid,
      dispute.orderId,
      dispute.autoOrderOid ?? null,
      dispute.state,
      dispute.amount,
      dispute.currency,
      dispute.chargeReference ?? null,
      dispute.gatewayReference ?? null,
      JSON.stringify(dispute.document),
      dispute.openedAt,
      dispute.dueAt ?? null,
      dispute.modifiedAt,
    ],
  );
  return count === 1;
}

/** Saves a dispute in its current form. */
export async function saveDispute(
  tx: Database,
  merchantId: string,
  dispute: Dispute,
): Promise<void> {
  await tx.run(
    `update chargeback_dispute set state = $3, amount_minor = $4, document = $5::jsonb,
       opened_at = $6, due_at = $7, modified_at = $8
     where merchant_id = $1 and dispute_oid = $2`,
    [
      merchantId,
      dispute.disputeOid,
      dispute.state,
      dispute.amount,
      JSON.stringify(dispute.document),
      dispute.openedAt,
      dispute.dueAt ?? null,
      dispute.modifiedAt,
    ],
  );
}

/** Deletes a dispute. */
export async function deleteDispute(
  tx: Database,
  merchantId: string,
  disputeOid: number,
): Promise<void> {
  await tx.run('delete from chargeback_dispute where merchant_id = $1 and dispute_oid = $2', [
    merchantId,
    disputeOid,
  ]);
}

/** Returns a dispute, or undefined. */
export async function findDispute(
  db: Database,
  merchantId: string,
  disputeOid: number,
): Promise<Dispute | undefined> {
  const row = await db.row<DisputeRow>(
    `select ${columns} from chargeback_dispute where merchant_id = $1 and dispute_oid = $2`,
    [merchantId, disputeOid],
  );
  return row && fromRow(row);
}

/** Returns the disputes that exist. */
export async function findDisputes(
  db: Database,
  merchantId: string,
  disputeOids: readonly number[],
): Promise<Dispute[]> {
  const rows = await db.rows<DisputeRow>(
    `select ${columns} from chargeback_dispute where merchant_id = $1 and dispute_oid = any($2)`,
    [merchantId, disputeOids],
  );
  return rows.map(fromRow);
}

/** Returns the dispute with this id at the gateway, or undefined. */
export async function findGatewayDispute(
  db: Database,
  merchantId: string,
  gatewayReference: string,
): Promise<Dispute | undefined> {
  const row = await db.row<DisputeRow>(
    `select ${columns} from chargeback_dispute where merchant_id = $1 and gateway_reference = $2`,
    [merchantId, gatewayReference],
  );
  return row && fromRow(row);
}

/** Returns an open dispute of an auto order other than this one, or undefined. */
export async function findOtherOpen(
  tx: Database,
  merchantId: string,
  autoOrderOid: number,
  disputeOid: number,
): Promise<Dispute | undefined> {
  const row = await tx.row<DisputeRow>(
    `select ${columns} from chargeback_dispute
     where merchant_id = $1 and auto_order_oid = $2 and state = 'open' and dispute_oid <> $3
     order by dispute_oid limit 1`,
    [merchantId, autoOrderOid, disputeOid],
  );
  return row && fromRow(row);
}

/** The filters of a list of disputes. */
export interface DisputeFilters {
  readonly orderId?: string | undefined;
  readonly caseNumber?: string | undefined;
  readonly state?: string | undefined;
  readonly opened: MomentRange;
  readonly due: MomentRange;
  readonly since?: Temporal.Instant | undefined;
}

/** Lists a page of disputes, newest first, and one more if there are more. */
export async function listDisputes(
  db: Database,
  merchantId: string,
  filters: DisputeFilters,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<Dispute[]> {
  const { values, bind } = bindings(merchantId);
  const { orderId, caseNumber, state, opened, due, since } = filters;
  const conditions = [
    ...(orderId ? [`order_id = ${bind(storedId(orderId))}`] : []),
    ...(caseNumber
      ? [`coalesce(gateway_reference, document->>'case_number') = ${bind(caseNumber)}`]
      : []),
    ...(state ? [`state = ${bind(state)}`] : []),
    ...rangeConditions('opened_at', opened, bind),
    ...rangeConditions('due_at', due, bind),
    ...(since ? [`modified_at >= ${bind(since)}`] : []),
  ].map((condition) => ` and ${condition}`);
  const rows = await db.rows<DisputeRow>(
    `select ${columns} from chargeback_dispute where merchant_id = $1${conditions.join('')}
     order by dispute_oid desc limit ${bind(limit + 1)} offset ${bind(offset)}`,
    values,
  );
  return rows.map(fromRow);
}

interface DisputeRow {
  dispute_oid: number;
  order_id: string;
  auto_order_oid: number | null;
  state: DisputeState;
  amount_minor: number;
  currency: string;
  charge_reference: string | null;
  gateway_reference: string | null;
  document: ChargebackDispute;
  opened_at: Temporal.Instant;
  due_at: Temporal.Instant | null;
  modified_at: Temporal.Instant;
}

const columns = `dispute_oid, order_id, auto_order_oid, state, amount_minor, currency,
  charge_reference, gateway_reference, document, opened_at, due_at, modified_at`;

const fromRow = (row: DisputeRow): Dispute => ({
  disputeOid: row.dispute_oid,
  orderId: row.order_id,
  autoOrderOid: row.auto_order_oid ?? undefined,
  state: row.state,
  amount: minor(row.amount_minor),
  currency: row.currency,
  chargeReference: row.charge_reference ?? undefined,
  gatewayReference: row.gateway_reference ?? undefined,
  document: row.document,
  openedAt: row.opened_at,
  dueAt: row.due_at ?? undefined,
  modifiedAt: row.modified_at,
});
