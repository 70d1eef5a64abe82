import type { Database } from '../storage/database.ts';
import { localTables, referenceTables } from '../storage/distribution.ts';

/*
 * Finds the text columns in the records of a merchant. The search for an erased person reads the
 * tables from the database itself, so a new table is searched unless it is excluded here.
 */

/** A column with its SQL type. */
export interface TypedColumn {
  readonly name: string;
  readonly type: string;
}

/** A table with text. */
export interface TextPlace {
  readonly table: string;
  /** The columns of the primary key after merchant_id. */
  readonly key: readonly TypedColumn[];
  /** Columns of text, JSON and lists of texts that are neither generated nor part of the key. */
  readonly columns: readonly TypedColumn[];
}

/** Tables that are not searched for erased people, each with the reason. */
export const notSearched: Readonly<Record<string, string>> = {
  'users of the console, who may be customers as well, and their credentials':
    'app_user user_group user_login user_session user_second_factor user_recovery_code ' +
    'oauth_code oauth_grant oauth_ticket oauth_token',
  'settings of the shop, which mails and messages depend on':
    'mail_template email_list distribution_center tax_rate pricing_tier webhook ' +
    'webhook_secret webhook_subscription receivable_retry_config gateway_inactive',
  'redacted in the transaction of the erasure: a chain of hashes, and sealed responses':
    'audit_entry audit_head idempotent_request',
  'the searches themselves, which lose their words when they end': 'mention_search',
};

const skipped = [
  ...referenceTables,
  ...localTables,
  ...Object.values(notSearched).flatMap((list) => list.split(' ')),
];

/** Returns the tables with text of merchants' records, sorted by name. */
export async function readTextPlaces(db: Database): Promise<TextPlace[]> {
  const places = await db.rows<TextPlace>(
    `select c.relname as "table",
       (select json_agg(json_build_object('name', quote_ident(a.attname),
           'type', format_type(a.atttypid, a.atttypmod)) order by array_position(i.indkey, a.attnum))
         from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey)
           and a.attname <> 'merchant_id') as key,
       (select json_agg(json_build_object('name', quote_ident(a.attname),
           'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and a.attgenerated = '' and a.attnum <> all(i.indkey)
           and format_type(a.atttypid, a.atttypmod) in ('text', 'text[]', 'json', 'jsonb')) as columns
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
     join pg_index i on i.indrelid = c.oid and i.indisprimary
     join pg_attribute first_key on first_key.attrelid = c.oid
       and first_key.attnum = i.indkey[0] and first_key.attname = 'merchant_id'
     where c.relkind in ('r', 'p') and not c.relispartition and i.indnkeyatts > 1
       and c.relname <> all($1::text[])
       and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass
         and d.objid = c.oid and d.deptype = 'e')`,
    [skipped],
  );
  return places
    .filter(({ columns }) => columns !== null)
    .sort((a, b) => (a.table < b.table ? -1 : 1));
}
