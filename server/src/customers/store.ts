import type { Customer } from '@perennial/contract/customer.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import { type MomentRange, rangeConditions } from '../kernel/momentRange.ts';
import type { Database } from '../platform/storage/database.ts';
import { wroteUnlessTaken } from '../platform/storage/failures.ts';
import {
  type Bind,
  bindings,
  type JsonPage,
  readPage,
  type VersionedJson,
} from '../platform/storage/page.ts';
import { inZone } from '../platform/storage/zone.ts';
import type { StoredCustomer } from './customer.ts';
import type { CustomerPolicy } from './customerPolicy.ts';
import { customerJson, type Related, relatedParts } from './present.ts';

/**
 * Returns the oid of the profile with this email, or undefined. The comparison of emails ignores
 * case.
 */
export async function findCustomerOid(
  db: Database,
  merchantId: string,
  email: string,
): Promise<number | undefined> {
  const row = await db.row<{ oid: number }>(
    'select customer_profile_oid as oid from customer where merchant_id = $1 and email_lc = $2',
    [merchantId, emailKey(email)],
  );
  return row?.oid;
}

/**
 * Returns the notes that are added to every order of these customers, by oid. Few profiles have
 * any.
 */
export async function findAutomaticNotes(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (oids.length === 0) return new Map();
  const rows = await db.rows<{ oid: number; notes: string | null }>(
    `select customer_profile_oid as oid, document->>'automatic_merchant_notes' as notes
     from customer where merchant_id = $1 and customer_profile_oid = any($2::int[])
       and document ? 'automatic_merchant_notes'`,
    [merchantId, oids],
  );
  return new Map(rows.map(({ oid, notes }) => [oid, notes?.trim() ?? '']));
}

/** Returns the profile with this email and its settings for orders, or undefined. */
export async function findOrderingCustomer(
  db: Database,
  merchantId: string,
  email: string,
): Promise<(CustomerPolicy & { readonly oid: number }) | undefined> {
  const row = await db.row<{
    oid: number;
    approves: boolean;
    waits: boolean;
    notes: string | null;
    rep: string | null;
    affiliate: number | null;
    limits: Pick<Customer, 'minimum_subtotal' | 'minimum_item_count' | 'maximum_item_count'>;
  }>(
    `select customer_profile_oid as oid,
       jsonb_build_object('minimum_subtotal', document->'minimum_subtotal',
         'minimum_item_count', document->'minimum_item_count',
         'maximum_item_count', document->'maximum_item_count') as limits,
       coalesce(document->>'auto_approve_purchase_order', '') = 'true'
         and coalesce(document->>'unapproved', '') <> 'true' as approves,
       coalesce(document->>'no_realtime_charge', '') = 'true' as waits,
       document->>'automatic_merchant_notes' as notes, document->>'sales_rep_code' as rep,
       (document->>'affiliate_oid')::int as affiliate
     from customer where merchant_id = $1 and email_lc = $2`,
    [merchantId, emailKey(email)],
  );
  return (
    row && {
      oid: row.oid,
      autoApprovePurchaseOrder: row.approves,
      noRealtimeCharge: row.waits,
      merchantNotes: row.notes?.trim() || undefined,
      salesRepCode: row.rep || undefined,
      affiliateOid: row.affiliate ?? undefined,
      limits: {
        minimumSubtotal: row.limits.minimum_subtotal,
        minimumItems: row.limits.minimum_item_count,
        maximumItems: row.limits.maximum_item_count,
      },
    }
  );
}

/** Returns the email of a profile, or undefined if the profile does not exist. */
export async function readEmail(
  db: Database,
  merchantId: string,
  oid: number,
): Promise<string | undefined> {
  const row = await db.row<{ email: string }>(
    'select email from customer where merchant_id = $1 and customer_profile_oid = $2',
    [merchantId, oid],
  );
  return row?.email;
}

/** Returns the emails of the profiles that exist, by oid. */
export async function readProfileEmails(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await db.rows<{ oid: number; email: string }>(
    `select customer_profile_oid as oid, email from customer
     where merchant_id = $1 and customer_profile_oid = any($2::int[])`,
    [merchantId, oids],
  );
  return new Map(rows.map(({ oid, email }) => [oid, email]));
}

/** Returns the key of an email. The comparison of emails ignores case and surrounding spaces. */
export const emailKey = (email: string): string => foldTrimmed(email);

/** The ways to name one profile of a merchant. */
export type CustomerKey = { readonly oid: number } | { readonly email: string };

/** Returns the wire's JSON of a profile with its version, or undefined. */
export async function readCustomerJson(
  db: Database,
  merchantId: string,
  key: CustomerKey,
  expand: ReadonlySet<string>,
  { timeZone, related }: CustomerReading,
): Promise<VersionedJson | undefined> {
  const [condition, value] =
    'oid' in key
      ? ['o.customer_profile_oid = $2', key.oid]
      : ['o.email_lc = $2', emailKey(key.email)];
  const reading = related && { sql: related.sql, now: '$4' };
  const now = reading && relatedParts.some((part) => expand.has(part)) ? [related.now] : [];
  const [row] = await db.lookup<VersionedJson>(
    `select ${customerJson('o', expand, reading)}::text as json, o.version
     from customer o where o.merchant_id = $1 and ${condition} and ${inZone('$3')}
       ${now.length > 0 ? 'and $4::timestamptz is not null' : ''}`,
    [merchantId, value, timeZone, ...now],
  );
  return row;
}

/** Returns the JSON of the profiles that exist, by oid. */
export async function readCustomerTexts(
  db: Database,
  merchantId: string,
  oids: readonly number[],
  expand: ReadonlySet<string>,
  { timeZone, related: { sql, now } }: { readonly timeZone: string; readonly related: RelatedAt },
): Promise<Map<string, string>> {
  const rows = await db.rows<{ oid: number; json: string }>(
    `select o.customer_profile_oid as oid,
       ${customerJson('o', expand, { sql, now: '$4' })}::text as json
     from customer o
     where o.merchant_id = $1 and o.customer_profile_oid = any($2) and ${inZone('$3')}
       and $4::timestamptz is not null`,
    [merchantId, oids, timeZone, now],
  );
  return new Map(rows.map(({ oid, json }) => [String(oid), json]));
}

/** How profiles are read. */
export interface CustomerReading {
  readonly timeZone: string;
  /** How parts from other records are read; absent: they are left out. */
  readonly related?: RelatedAt | undefined;
}

/** How related parts are read, and the merchant's moment. */
export interface RelatedAt {
  readonly sql: Related;
  readonly now: Temporal.Instant;
}

/**
 * Reads a stored profile and locks its row until the transaction ends. Returns undefined if there
 * is none.
 */
export function lockCustomer(
  tx: Database,
  merchantId: string,
  oid: number,
): Promise<(StoredCustomer & { readonly version: number }) | undefined> {
  return tx.row(
    `select document, card_tokens as "cardTokens", version from customer
     where merchant_id = $1 and customer_profile_oid = $2 for update`,
    [merchantId, oid],
  );
}

/** Locks the rows of profiles until the transaction ends, in the order of their oids. */
export async function lockCustomers(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<void> {
  await tx.rows(
    `select customer_profile_oid from customer
     where merchant_id = $1 and customer_profile_oid = any($2::int[])
     order by customer_profile_oid for update`,
    [merchantId, oids],
  );
}

/** Inserts a profile. Returns false when its email is already used by a profile. */
export async function insertCustomer(
  tx: Database,
  merchantId: string,
  { document, cardTokens }: StoredCustomer,
  at: Temporal.Instant,
): Promise<boolean> {
  const inserted = await tx.run(
    `insert into customer (
       merchant_id, customer_profile_oid, email, document, card_tokens, created_at, modified_at)
     values ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $6)
     on conflict on constraint customer_email do nothing`,
    [
      merchantId,
      document.customer_profile_oid,
      document.email,
      JSON.stringify(document),
      JSON.stringify(cardTokens),
      at,
    ],
  );
  return inserted === 1;
}

/** Saves a locked profile. Returns false when its email belongs to another profile. */
export async function saveCustomer(
  tx: Database,
  merchantId: string,
  { document, cardTokens }: StoredCustomer,
  at: Temporal.Instant,
): Promise<boolean> {
  const saving = tx.run(
    `update customer set email = $3, document = $4::jsonb, card_tokens = $5::jsonb, modified_at = $6,
       version = version + 1
     where merchant_id = $1 and customer_profile_oid = $2
       and not exists (
         select 1 from customer other where other.merchant_id = $1
           and other.email_lc = fold($3) and other.customer_profile_oid <> $2)`,
    [
      merchantId,
      document.customer_profile_oid,
      document.email,
      JSON.stringify(document),
      JSON.stringify(cardTokens),
      at,
    ],
  );
  return wroteUnlessTaken(saving);
}

/** Deletes a locked profile. */
export async function deleteCustomer(tx: Database, merchantId: string, oid: number): Promise<void> {
  await tx.run('delete from customer where merchant_id = $1 and customer_profile_oid = $2', [
    merchantId,
    oid,
  ]);
}

/** The request for a list of profiles. All conditions must hold. */
export interface CustomerList {
  /** Exact comparisons that ignore case, by the filter names of the reference. */
  readonly filters: Readonly<Record<string, string | undefined>>;
  /** Any of these emails. */
  readonly emails?: readonly string[] | undefined;
  readonly anyTags?: readonly string[] | undefined;
  readonly allTags?: readonly string[] | undefined;
  readonly pricingTierOid?: number | undefined;
  readonly modified: MomentRange;
  readonly signedUp: MomentRange;
  readonly sort: readonly SortField[];
  readonly expand: ReadonlySet<string>;
  readonly timeZone: string;
  readonly related: RelatedAt;
  readonly page: { readonly limit: number; readonly offset: number };
}

/** Reads a page of a merchant's customers as JSON. */
export function readCustomerPage(
  db: Database,
  merchantId: string,
  list: CustomerList,
): Promise<JsonPage> {
  const { values, bind } = bindings(merchantId);
  const where = ['o.merchant_id = $1', ...conditions(list, bind)];
  const isRelated = relatedParts.some((part) => list.expand.has(part));
  const now = isRelated ? bind(list.related.now) : '';
  const orderBy = list.sort.map(
    ({ field, descending }) => `${sortColumns[field]} ${descending ? 'desc' : 'asc'}`,
  );
  return readPage(
    db,
    {
      table: 'customer',
      key: 'customer_profile_oid',
      where,
      values,
      orderBy: [...orderBy, 'o.customer_profile_oid'],
      zone: list.timeZone,
      json: customerJson('o', list.expand, { sql: list.related.sql, now }),
    },
    list.page,
  );
}

/** The filters of the list of profiles. */
export const filterNames = [
  'email',
  'qb_class',
  'quickbooks_code',
  'pricing_tier_name',
  ...['billing', 'shipping'].flatMap((part) =>
    [
      'first_name',
      'last_name',
      'company',
      'city',
      'state',
      'postal_code',
      'country_code',
      'day_phone',
      'evening_phone',
    ].map((field) => `${part}_${field}`),
  ),
];

function conditions(list: CustomerList, bind: Bind): string[] {
  const where = Object.entries(list.filters).flatMap(([name, value]) =>
    value ? [matches(name, `${bind(foldTrimmed(value))}::text`)] : [],
  );
  if (list.pricingTierOid !== undefined)
    where.push(
      partMatches(
        'pricing_tiers',
        'pricing_tier_oid',
        `${bind(String(list.pricingTierOid))}::text`,
      ),
    );
  if (list.emails?.length)
    where.push(`o.email_lc = any(${bind(list.emails.map(emailKey))}::text[])`);
  if (list.anyTags?.length)
    where.push(
      `exists (${tagsOf()} and ${tag} = any(${bind(list.anyTags.map(foldTrimmed))}::text[]))`,
    );
  for (const each of list.allTags ?? [])
    where.push(`exists (${tagsOf()} and ${tag} = ${bind(foldTrimmed(each))}::text)`);
  where.push(...rangeConditions('o.modified_at', list.modified, bind));
  where.push(...rangeConditions('o.created_at', list.signedUp, bind));
  return where;
}

const tagsOf = (): string =>
  `select 1 from jsonb_array_elements(case jsonb_typeof(o.document->'tags')
     when 'array' then o.document->'tags' else '[]' end) t where true`;

/** The characters that JavaScript's `trim` removes, as a text of PostgreSQL. */
const blanks =
  String.raw`U&' \0009\000A\000B\000C\000D\00A0\1680\2000\2001\2002\2003\2004\2005` +
  String.raw`\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\FEFF'`;

/** Compares like {@link foldTrimmed}. A profile keeps the spaces that were typed around a name. */
const foldTrimmedSql = (text: string): string => `fold(btrim(${text}, ${blanks}))`;

const tag = foldTrimmedSql("t->>'tag_value'");

function matches(name: string, value: string): string {
  if (name === 'email') return `o.email_lc = ${value}`;
  if (name === 'qb_class') return `${foldTrimmedSql("o.document->>'qb_class'")} = ${value}`;
  if (name === 'quickbooks_code') return `${foldTrimmedSql("o.document->>'qb_code'")} = ${value}`;
  if (name === 'pricing_tier_name') return partMatches('pricing_tiers', 'name', value);
  const [, part, field] = /^(billing|shipping)_(\w+)$/.exec(name)!;
  return partMatches(part!, field === 'state' ? 'state_region' : field!, value);
}

/** Returns the condition that at least one element of the part has this value. */
function partMatches(part: string, field: string, value: string): string {
  return `exists (select 1 from jsonb_array_elements(o.document->'${part}') part
    where ${foldTrimmedSql(`part->>'${field}'`)} = ${value})`;
}

const sortColumns: Readonly<Record<string, string>> = {
  customer_profile_oid: 'o.customer_profile_oid',
  email: 'o.email_lc',
  signup_dts: 'o.created_at',
  last_modified_dts: 'o.modified_at',
};

/** The fields of a profile on which the price of its orders depends. */
export type TermsProfile = Pick<
  Customer,
  | 'exempt_shipping_handling_charge'
  | 'free_shipping'
  | 'free_shipping_minimum'
  | 'no_coupons'
  | 'no_free_shipping'
  | 'pricing_tiers'
  | 'tax_exempt'
  | 'unapproved'
>;

/**
 * Returns the settings of these profiles for prices, coupons, shipping and taxes, by oid. Profiles
 * without such settings are left out.
 */
export async function findTermsProfiles(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, TermsProfile>> {
  if (oids.length === 0) return new Map();
  const rows = await db.rows<{ oid: number; terms: TermsProfile }>(
    `select customer_profile_oid as oid, jsonb_build_object(
       'auto_approve_purchase_order', document->'auto_approve_purchase_order',
       'exempt_shipping_handling_charge', document->'exempt_shipping_handling_charge',
       'free_shipping', document->'free_shipping',
       'free_shipping_minimum', document->'free_shipping_minimum',
       'no_coupons', document->'no_coupons',
       'no_free_shipping', document->'no_free_shipping',
       'pricing_tiers', document->'pricing_tiers',
       'tax_exempt', document->'tax_exempt',
       'unapproved', document->'unapproved') as terms
     from customer where merchant_id = $1 and customer_profile_oid = any($2::int[])
       and document ?| array['auto_approve_purchase_order', 'exempt_shipping_handling_charge',
         'free_shipping', 'no_coupons', 'no_free_shipping', 'pricing_tiers', 'tax_exempt']`,
    [merchantId, [...new Set(oids)]],
  );
  return new Map(rows.map(({ oid, terms }) => [oid, terms]));
}
