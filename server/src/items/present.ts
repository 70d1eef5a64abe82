import { storedObject } from '../kernel/jsonText.ts';

/**
 * Returns the wire's Item as one SQL expression (jsonb) of the row `alias`, for a statement with
 * `inZone`. Without expansions only scalars are returned.
 */
export function itemJson(alias: string, expand: ReadonlySet<string>): string {
  const unwanted = parts.filter((part) => !expand.has(part));
  let document = `${storedObject(alias)} - '{${unwanted.join(',')}}'::text[]`;
  for (const [name, path] of innerParts) {
    if (!expand.has(name)) document = `(${document}) #- '{${path}}'`;
  }
  return `((${document}) || jsonb_build_object(
    'creation_dts', wire_dts(${alias}.created_at),
    'last_modified_dts', wire_dts(${alias}.modified_at)))`;
}

const parts = ['auto_order', 'pricing', 'shipping', 'tax'] as const;

const innerParts = [
  ['auto_order.steps', 'auto_order,steps'],
  ['shipping.distribution_centers', 'shipping,distribution_centers'],
] as const;
