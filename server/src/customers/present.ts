import { unexpiredText } from '../kernel/expiringText.ts';
import { storedObject } from '../kernel/jsonText.ts';

/** Parts of a profile that are read from other records, each with the expansion of its name. */
export const relatedParts = [
  'activity',
  'orders',
  'orders_summary',
  'quotes',
  'quotes_summary',
] as const;

/** The name of such a part. */
export type RelatedPart = (typeof relatedParts)[number];

/**
 * Builds the SQL (jsonb) of a part that is read from other records. Its parameters are the alias of
 * the `customer` row and the placeholder of the merchant's moment. The app provides it, because
 * profiles must not import orders.
 */
export type Related = (part: RelatedPart, alias: string, now: string) => string;

/** How related parts are read. */
export interface RelatedReading {
  readonly sql: Related;
  /** The placeholder of the merchant's moment. */
  readonly now: string;
}

/**
 * Returns the wire's Customer as one SQL expression (jsonb) of the row `alias`, for a statement
 * with `inZone`. Without expansions only scalars are returned. Related parts are returned only with
 * `related`.
 */
export function customerJson(
  alias: string,
  expand: ReadonlySet<string>,
  related?: RelatedReading,
): string {
  const unwanted = expandableParts.filter((part) => !expand.has(part));
  const lists = listParts.filter((part) => expand.has(part)).map((part) => `"${part}":[]`);
  return `('{${lists.join(',')}}'::jsonb || (${storedObject(alias)} - '{${unwanted.join(',')}}'::text[])
    || jsonb_build_object(
      'signup_dts', wire_dts(${alias}.created_at),
      'last_modified_dts', wire_dts(${alias}.modified_at)${propertiesMember(alias, expand)}
      ${relatedMembers(alias, expand, related)}))`;
}

// A profile without properties has an empty list of them.
const propertiesMember = (alias: string, expand: ReadonlySet<string>): string =>
  expand.has('properties')
    ? `, 'properties', coalesce(${unexpiredText(`${alias}.document->'properties'`)}, '[]'::jsonb)`
    : '';

function relatedMembers(
  alias: string,
  expand: ReadonlySet<string>,
  related: RelatedReading | undefined,
): string {
  if (related === undefined) return '';
  const wanted = relatedParts.filter((part) => expand.has(part));
  return wanted.map((part) => `, '${part}', ${related.sql(part, alias, related.now)}`).join('');
}

// The parts of a stored profile. Each is returned with the expansion of its name. `edi` has no
// expansion in the reference and is never returned.
const expandableParts = [
  'attachments',
  'billing',
  'cards',
  'cc_emails',
  'edi',
  'loyalty',
  'pricing_tiers',
  'privacy',
  'properties',
  'reviewer',
  'shipping',
  'software_entitlements',
  'tags',
  'tax_codes',
] as const;

/** The parts of a profile that are lists. An expanded one without elements is `[]`. */
export const listParts = [
  'attachments',
  'billing',
  'cards',
  'cc_emails',
  'pricing_tiers',
  'properties',
  'shipping',
  'software_entitlements',
  'tags',
] as const;
