/** Where the projection finds its customer. All of it is SQL text of our own code, never a client's. */
export interface CustomerProjection {
  /** The alias of the `customer` row. */
  readonly alias: string;
  /** An expression for the merchant's time zone, such as `$2`. */
  readonly zone: string;
}

/** The wire's Customer as one SQL expression (jsonb) at an expansion; nothing expanded: its scalars only. */
export function customerJson({ alias, zone }: CustomerProjection, expand: ReadonlySet<string>): string {
  const unwanted = expandableParts.filter((part) => !expand.has(part));
  return `((${alias}.document - '{${unwanted.join(',')}}'::text[])
    || jsonb_build_object('signup_dts', wire_dts(${alias}.created_at, ${zone}), 'last_modified_dts', wire_dts(${alias}.modified_at, ${zone})))`;
}

// The parts of a stored profile; each comes with the expansion of its own name. `edi` has no expansion in the reference and is never answered.
const expandableParts = [
  'attachments', 'billing', 'cards', 'cc_emails', 'edi', 'loyalty', 'pricing_tiers', 'privacy', 'properties', 'reviewer', 'shipping',
  'software_entitlements', 'tags', 'tax_codes',
] as const;
