/** Where the projection finds its item. All of it is SQL text of our own code, never a client's. */
export interface ItemProjection {
  /** The alias of the `item` row. */
  readonly alias: string;
  /** An expression for the merchant's time zone, such as `$2`. */
  readonly zone: string;
}

/** The wire's Item as one SQL expression (jsonb) at an expansion; nothing expanded: its scalars only. */
export function itemJson({ alias, zone }: ItemProjection, expand: ReadonlySet<string>): string {
  const unwanted = parts.filter((part) => !expand.has(part));
  let document = `${alias}.document - '{${unwanted.join(',')}}'::text[]`;
  for (const [name, path] of innerParts) {
    if (!expand.has(name)) document = `(${document}) #- '{${path}}'`;
  }
  return `((${document}) || jsonb_build_object(
    'creation_dts', wire_dts(${alias}.created_at, ${zone}), 'last_modified_dts', wire_dts(${alias}.modified_at, ${zone})))`;
}

const parts = ['auto_order', 'pricing', 'shipping', 'tax'] as const;

const innerParts = [['auto_order.steps', 'auto_order,steps'], ['shipping.distribution_centers', 'shipping,distribution_centers']] as const;
