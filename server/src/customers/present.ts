import { storedObject } from '../kernel/jsonText.ts';

/**
 * Returns the wire's Customer as one SQL expression (jsonb) of the row `alias`, for a statement
 * with `inZone`. Without expansions only scalars are returned.
 */
export function customerJson(alias: string, expand: ReadonlySet<string>): string {
  const unwanted = expandableParts.filter((part) => !expand.has(part));
  const lists = listParts.filter((part) => expand.has(part)).map((part) => `"${part}":[]`);
  return `('{${lists.join(',')}}'::jsonb || (${storedObject(alias)} - '{${unwanted.join(',')}}'::text[])
    || jsonb_build_object(
      'signup_dts', wire_dts(${alias}.created_at),
      'last_modified_dts', wire_dts(${alias}.modified_at)))`;
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

// An expanded list without elements is `[]`.
const listParts = [
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
