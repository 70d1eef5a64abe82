import type { Temporal } from 'temporal-polyfill';
import { assert, required } from '../../kernel/assert.ts';
import type { ClockSetting } from '../clock/merchantClock.ts';
import type { Database } from '../storage/database.ts';
import { poll } from '../storage/nodes.ts';
import { chargesOffSection } from './hold.ts';
import { isMerchantId, type Merchant } from './merchant.ts';

interface MerchantRow {
  merchant_id: string;
  name: string;
  time_zone: string;
  currency: string;
  settings: Record<string, unknown>;
  clock_kind: ClockSetting['kind'];
  clock_at: Temporal.Instant | null;
  clock_set_at: Temporal.Instant | null;
  settings_version: number;
  rules_version: number;
}

const columns =
  'merchant_id, name, time_zone, currency, settings, clock_kind, clock_at, clock_set_at';
const selected = `${columns}, settings_version, rules_version`;

/** Finds a merchant by its id; undefined when there is no such merchant. */
export async function findMerchant(
  db: Database,
  merchantId: string,
): Promise<Merchant | undefined> {
  const row = await db.row<MerchantRow>(`select ${selected} from merchant where merchant_id = $1`, [
    merchantId,
  ]);
  return row && fromRow(row);
}

/** Like {@link findMerchant}, but locks the merchant against changes until the transaction ends. */
export async function lockMerchant(
  tx: Database,
  merchantId: string,
): Promise<Merchant | undefined> {
  const row = await tx.row<MerchantRow>(
    `select ${selected} from merchant where merchant_id = $1 for update`,
    [merchantId],
  );
  return row && fromRow(row);
}

/** Returns the merchant's time zone as it is stored now. */
export async function findZone(db: Database, merchantId: string): Promise<string | undefined> {
  const row = await db.row<{ time_zone: string }>(
    'select time_zone from merchant where merchant_id = $1',
    [merchantId],
  );
  return row?.time_zone;
}

/**
 * Waits for a running change of the zone, and makes later changes wait until the transaction ends.
 */
export async function holdZone(tx: Database, merchantId: string): Promise<void> {
  await tx.row('select merchant_id from merchant where merchant_id = $1 for key share', [
    merchantId,
  ]);
}

/** Returns all merchants of this database, by id. */
export async function listMerchants(db: Database): Promise<Merchant[]> {
  return (await db.rows<MerchantRow>(`select ${selected} from merchant order by merchant_id`)).map(
    fromRow,
  );
}

/** Returns the ids of all merchants in order. */
export async function listMerchantIds(db: Database): Promise<string[]> {
  const rows = await db.rows<{ merchant_id: string }>(
    'select merchant_id from merchant order by merchant_id',
  );
  return rows.map((row) => row.merchant_id);
}

/** Returns the merchants whose nodes respond, by id: those that the background work processes. */
export async function reachableMerchants(db: Database): Promise<Merchant[]> {
  const rows = await poll<MerchantRow>(
    db,
    (only) => `select ${selected} from merchant m where ${only('m')} true order by merchant_id`,
  );
  return rows.map(fromRow);
}

/** Returns the ids of {@link reachableMerchants} in order. */
export async function reachableMerchantIds(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m where ${only('m')} true order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/** Counts the merchants with charges stopped by a person, among those whose nodes respond. */
export async function countChargesOff(db: Database): Promise<number> {
  const rows = await poll<{ count: number }>(
    db,
    (only) => `select count(*)::int as count from merchant m
     where ${only('m')} m.settings ? '${chargesOffSection}'`,
  );
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** Returns the id of the only merchant; undefined when there is another number of merchants. */
export async function findOnlyMerchantId(db: Database): Promise<string | undefined> {
  const rows = await db.rows<{ merchant_id: string }>('select merchant_id from merchant limit 2');
  return rows.length === 1 ? rows[0]!.merchant_id : undefined;
}

/** Adds a merchant. Returns false when the id is taken. */
export async function insertMerchant(
  db: Database,
  merchant: Merchant,
  at: Temporal.Instant,
): Promise<boolean> {
  // Sessions, tokens and order ids with a longer one would not be recognized.
  assert(isMerchantId(merchant.merchantId), `${merchant.merchantId} cannot be a merchant's id`);
  const inserted = await db.run(
    `insert into merchant (${columns}, created_at)
      values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9) on conflict (merchant_id) do nothing`,
    [
      merchant.merchantId,
      merchant.name,
      merchant.timeZone,
      merchant.currency,
      JSON.stringify(merchant.settings),
      ...clockColumns(merchant.clock),
      at,
    ],
  );
  return inserted === 1;
}

/** Stores the setting of a merchant's clock. */
export async function saveClock(
  db: Database,
  merchantId: string,
  clock: ClockSetting,
): Promise<void> {
  await db.run(
    'update merchant set clock_kind = $2, clock_at = $3, clock_set_at = $4 where merchant_id = $1',
    [merchantId, ...clockColumns(clock)],
  );
}

/** Replaces the rules of system tasks. They have a version apart from the settings. */
export async function saveWorkflowRules(
  tx: Database,
  merchantId: string,
  rules: unknown,
): Promise<void> {
  await saveSettingsSection(tx, merchantId, 'workflowRules', rules);
  await tx.run('update merchant set rules_version = rules_version + 1 where merchant_id = $1', [
    merchantId,
  ]);
}

/** Replaces one section of the settings. */
export async function saveSettingsSection(
  db: Database,
  merchantId: string,
  section: string,
  value: unknown,
): Promise<void> {
  await db.run(
    `update merchant set settings = jsonb_set(settings, array[$2], $3::jsonb)
      where merchant_id = $1`,
    [merchantId, section, JSON.stringify(value)],
  );
}

/** Removes one section of the settings. Returns false when it was absent. */
export async function removeSettingsSection(
  db: Database,
  merchantId: string,
  section: string,
): Promise<boolean> {
  const changed = await db.run(
    'update merchant set settings = settings - $2::text where merchant_id = $1 and settings ? $2::text',
    [merchantId, section],
  );
  return changed === 1;
}

/**
 * Stores the parts that a merchant may change at any time, and the given sections of its settings;
 * the other sections stay.
 */
export async function saveMerchant(
  db: Database,
  { merchantId, name, timeZone }: Pick<Merchant, 'merchantId' | 'name' | 'timeZone'>,
  sections: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db.run(
    `update merchant set name = $2, time_zone = $3, settings = settings || $4::jsonb,
       settings_version = settings_version + 1
      where merchant_id = $1`,
    [merchantId, name, timeZone, JSON.stringify(sections)],
  );
}

function clockColumns(
  clock: ClockSetting,
): [string, Temporal.Instant | null, Temporal.Instant | null] {
  return [
    clock.kind,
    clock.kind === 'real' ? null : clock.at,
    clock.kind === 'running' ? clock.setAt : null,
  ];
}

function fromRow(row: MerchantRow): Merchant {
  return {
    merchantId: row.merchant_id,
    name: row.name,
    timeZone: row.time_zone,
    currency: row.currency,
    settings: row.settings,
    clock: clockFrom(row),
    versions: { settings: row.settings_version, rules: row.rules_version },
  };
}

function clockFrom(row: MerchantRow): ClockSetting {
  switch (row.clock_kind) {
    case 'real':
      return { kind: 'real' };
    case 'standing':
      return { kind: 'standing', at: required(row.clock_at, 'clock_at') };
    case 'running':
      return {
        kind: 'running',
        at: required(row.clock_at, 'clock_at'),
        setAt: required(row.clock_set_at, 'clock_set_at'),
      };
  }
}
