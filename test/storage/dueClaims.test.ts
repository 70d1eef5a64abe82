import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { type Database, openPool } from '../../server/src/platform/storage/database.ts';
import { lockDue } from '../../server/src/rebill/dueStore.ts';
import { addMerchantRow, openTestDatabase } from '../support/database.ts';

/*
 * A claim reads the open charge of each due auto order with one search. This holds however many
 * charges are in flight, and whatever the statistics about them are.
 */

const { connection } = await openTestDatabase();
const due = Temporal.Instant.from('2026-03-15T14:00:00Z');
const underWay = 300;
const ofRebills = 20;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

for (const mode of ['force_custom_plan', 'force_generic_plan'])
  test(`a claim does not read the charges of others (${mode})`, async (t) => {
    const db = openPool({ connection, maxConnections: 1, prepareStatements: true });
    t.after(() => db.close());
    const merchantId = mode === 'force_custom_plan' ? 'CUST' : 'GENER';
    await addMerchantRow(db, merchantId);
    await addAutoOrders(db, merchantId);
    // Collects the statistics that autovacuum would collect while no charge is in flight.
    await db.run('analyze auto_order, rebill');
    await startCharges(db, merchantId);
    await db.run(`set plan_cache_mode = ${mode}`);

    const lookUps = await explainClaim(db, merchantId);

    assert.equal(lookUps['Actual Loops'], underWay + 200);
    assert.equal(lookUps['Rows Removed by Filter'] ?? 0, 0);
    const blocks = lookUps['Shared Hit Blocks'] + lookUps['Shared Read Blocks'];
    assert.ok(blocks <= 5 * lookUps['Actual Loops'], `${blocks} blocks of rebills`);
  });

async function addAutoOrders(db: Database, merchantId: string): Promise<void> {
  await db.run(
    `insert into auto_order (merchant_id, auto_order_oid, auto_order_code, original_order_id,
       status, enabled, currency, currency_exponent, signed_up_at, created_at, modified_at, due_at)
     select m.merchant_id, n, 'C' || n, 'O' || n, 'active', true, 'USD', 2, now(), now(), now(), $2
     from merchant m, generate_series(1, ${2 * underWay}) n where m.merchant_id = $1`,
    [merchantId, due],
  );
  await db.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at, order_id,
       amount_minor, currency, route)
     select m.merchant_id, n, k, 'paid', 1, $2, 'R' || n || '-' || k, 100, 'USD', '{}'
     from merchant m, generate_series(1, ${2 * underWay}) n, generate_series(1, ${ofRebills}) k
     where m.merchant_id = $1`,
    [merchantId, due],
  );
}

async function startCharges(db: Database, merchantId: string): Promise<void> {
  await db.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at, order_id,
       amount_minor, currency, route, lease_until)
     select m.merchant_id, n, ${ofRebills + 1}, 'charging', 1, $2, 'R' || n, 100, 'USD', '{}', now()
     from merchant m, generate_series(1, ${underWay}) n where m.merchant_id = $1`,
    [merchantId, due],
  );
}

/** Runs the claim, and returns the part of its plan that reads charges. */
async function explainClaim(db: Database, merchantId: string): Promise<PlanNode> {
  const explaining: Database = Object.create(db, {
    rows: {
      value: async (text: string, values: readonly unknown[]) => {
        const rows = await db.rows<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
          `explain (analyze, buffers, timing off, format json) ${text}`,
          values,
        );
        plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
        return [];
      },
    },
  });
  let plan: PlanNode | undefined;
  await lockDue(explaining, merchantId, due);
  assert.ok(plan);
  const found = nodesOf(plan).find(
    (node) => node['Node Type'].includes('Index') && isOfRebill(node),
  );
  assert.ok(found, JSON.stringify(plan));
  return found;
}

const isOfRebill = (node: PlanNode): boolean =>
  'Relation Name' in node && node['Relation Name'] === 'rebill';

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
