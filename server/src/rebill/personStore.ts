import {
  byAutoOrder,
  columnsAs,
  type Person,
  type PersonKeeper,
} from '../platform/privacy/person.ts';
import type { Database } from '../platform/storage/database.ts';

/** The personal data in rebills. */
export const rebillPeople: PersonKeeper = {
  obstacles: findOpen,
  tables: [
    {
      table: 'rebill',
      key: ['auto_order_oid', 'rebill_number'],
      ...byAutoOrder,
      columns: { ...columnsAs('json', 'planned moved_from explanation'), declines: 'jsonb' },
      kept: 'state order_id currency route reference edited_fields settled_by gone_gateway',
    },
  ],
};

async function findOpen(db: Database, merchantId: string, person: Person): Promise<string[]> {
  const rows = await db.rows<{ oid: number }>(
    `select auto_order_oid as oid from rebill
     where merchant_id = $1 and auto_order_oid = any($2::int[]) and lease_until is not null
     order by 1`,
    [merchantId, person.autoOrderOids],
  );
  return rows.map(({ oid }) => `a charge of auto order ${oid} has no result yet`);
}
