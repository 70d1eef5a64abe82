import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import type { CardTest, ChosenGateway } from './cardTest.ts';

/** How long only the process that started or claimed a test works on it. */
const leaseSeconds = 120;
/** The same time in milliseconds. */
export const testLeaseMs = leaseSeconds * 1000;
const leaseEnd = `statement_timestamp() + interval '${leaseSeconds} seconds'`;

/** Who finishes a test whose process stopped: the payment of its order, or a worker. */
export type TestFinisher = 'payment' | 'worker';

/** Stores a test before a gateway is asked. */
export async function insertCardTest(
  tx: Database,
  test: CardTest,
  finisher: TestFinisher,
): Promise<void> {
  await tx.run(
    `insert into card_test (merchant_id, key, order_id, card_token, amount_minor, currency,
       requested_at, state, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'asked', case when $8 then now() + $9::interval end)`,
    [
      test.merchantId,
      test.key,
      test.orderId,
      test.cardToken,
      test.amount,
      test.currency,
      test.requestedAt,
      finisher === 'worker',
      `${leaseSeconds} seconds`,
    ],
  );
}

/** Returns a test, or undefined. */
export async function findCardTest(
  db: Database,
  merchantId: string,
  key: string,
): Promise<CardTest | undefined> {
  const row = await db.row<Row>(
    `select ${columns} from card_test where merchant_id = $1 and key = $2`,
    [merchantId, key],
  );
  return row && fromRow(merchantId, row);
}

/** Stores which gateway will be asked, before it is asked. */
export async function keepTestGateway(
  db: Database,
  { merchantId, key }: CardTest,
  { gateway, kind }: ChosenGateway,
): Promise<void> {
  await db.run(
    `update card_test set gateway = $3, gateway_kind = $4 where merchant_id = $1 and key = $2`,
    [merchantId, key, gateway, kind ?? null],
  );
}

/**
 * Stores the state of a test. A held amount is due for a worker until it is given back. The card's
 * token is deleted when the test ends.
 */
export async function saveCardTest(db: Database, test: CardTest): Promise<void> {
  await db.run(
    `update card_test set state = $3, reference = $4, result = $5, reason = $6, code = $7
       ${alsoSet[test.state]}
     where merchant_id = $1 and key = $2 and state <> 'ended'`,
    [
      test.merchantId,
      test.key,
      test.state,
      test.reference ?? null,
      test.result ?? null,
      test.reason ?? null,
      test.code ?? null,
    ],
  );
}

const alsoSet: Readonly<Record<CardTest['state'], string>> = {
  asked: '',
  held: `, due_at = ${leaseEnd}`,
  ended: ', card_token = null, due_at = null',
};

/** Claims a test whose process stopped. */
export async function claimCardTest(
  tx: Database,
  merchantId: string,
): Promise<CardTest | undefined> {
  const row = await tx.row<Row>(
    `update card_test t set due_at = ${leaseEnd}
     where t.merchant_id = $1 and t.key = (
       select key from card_test
       where merchant_id = $1 and state <> 'ended' and due_at < now()
       order by due_at limit 1 for update skip locked)
     returning ${columns}`,
    [merchantId],
  );
  return row && fromRow(merchantId, row);
}

const columns = `key, order_id, card_token, amount_minor, currency, requested_at, gateway,
  gateway_kind, state, reference, result, reason, code`;

interface Row {
  key: string;
  order_id: string;
  card_token: string | null;
  amount_minor: Minor;
  currency: string;
  requested_at: Temporal.Instant;
  gateway: string | null;
  gateway_kind: string | null;
  state: CardTest['state'];
  reference: string | null;
  result: 'approved' | 'declined' | null;
  reason: string | null;
  code: string | null;
}

const fromRow = (merchantId: string, row: Row): CardTest => ({
  merchantId,
  key: row.key,
  orderId: row.order_id,
  cardToken: row.card_token ?? '',
  amount: row.amount_minor,
  currency: row.currency,
  requestedAt: row.requested_at,
  gateway: row.gateway ?? undefined,
  gatewayKind: row.gateway_kind ?? undefined,
  state: row.state,
  reference: row.reference ?? undefined,
  result: row.result ?? undefined,
  reason: row.reason ?? undefined,
  code: row.code ?? undefined,
});
