import type { Item } from '@perennial/contract/item.ts';
import { type NamedRecord, namedRecord } from '../platform/http/unknownNames.ts';

/**
 * Returns the places where the body of an item names records that need not exist. Records that its
 * schedule and its kit name are checked when the item is stored.
 */
export function namedByItem(item: Item, path = ''): NamedRecord[] {
  const { pricing, shipping, related, digital_delivery: delivery, options } = item;
  const named = [
    ...tiersOf(pricing),
    ...(shipping?.distribution_centers ?? []).flatMap(({ distribution_center_code: code }, i) =>
      namedRecord(
        'distribution center',
        `shipping.distribution_centers[${i}].distribution_center_code`,
        code,
      ),
    ),
    ...(related?.related_items ?? []).flatMap((each, i) =>
      byNameOrOid('item', `related.related_items[${i}].`, each, [
        'related_merchant_item_id',
        'related_merchant_item_oid',
      ]),
    ),
    ...(delivery?.digital_items ?? []).flatMap(({ digital_item_oid: oid }, i) =>
      namedRecord('digital item', `digital_delivery.digital_items[${i}].digital_item_oid`, oid),
    ),
    ...(options ?? []).flatMap((option, i) =>
      (option.values ?? []).flatMap((value, j) =>
        namedByValue(value, `options[${i}].values[${j}]`),
      ),
    ),
  ];
  return named.map((each) => ({ ...each, field: path + each.field }));
}

// A tier is found by its oid, or else by its name (tierPrice.ts).
const tiersOf = (pricing: Item['pricing']): NamedRecord[] =>
  (pricing?.tiers ?? []).flatMap((tier, i) =>
    byNameOrOid('pricing tier', `pricing.tiers[${i}].`, tier, ['pricing_tier_oid', 'name']),
  );

type OptionValue = NonNullable<NonNullable<Item['options']>[number]['values']>[number];

const namedByValue = (value: OptionValue, path: string): NamedRecord[] => [
  ...(value.additional_items ?? []).flatMap((each, i) =>
    byNameOrOid('item', `${path}.additional_items[${i}].`, each, [
      'additional_merchant_item_id',
      'additional_merchant_item_oid',
    ]),
  ),
  ...(value.digital_items ?? []).flatMap(({ digital_item_oid: oid }, i) =>
    namedRecord('digital item', `${path}.digital_items[${i}].digital_item_oid`, oid),
  ),
];

/** The record is named by the first of two fields that is set. */
function byNameOrOid<Part extends object>(
  kind: NamedRecord['kind'],
  path: string,
  part: Part,
  fields: readonly [keyof Part & string, keyof Part & string],
): NamedRecord[] {
  const field = fields.find((each) => part[each] !== undefined && part[each] !== null);
  return field === undefined ? [] : namedRecord(kind, path + field, part[field] as string | number);
}
