import type { Coupon } from '@perennial/contract/coupon.ts';
import { type NamedRecord, namedRecord, type RecordKind } from '../platform/http/unknownNames.ts';
import type { AutoApply } from './autoApply.ts';
import { kindsOf } from './kinds.ts';

/** The fields of discounts that name records. */
const namingFields: Readonly<Record<string, RecordKind>> = {
  items: 'item',
  excluded_items: 'item',
  required_purchase_items: 'item',
  shipping_methods: 'shipping method',
};

/** Returns the places where conditions of an automatic coupon name items. */
export const namedByConditions = ({ required_items: conditions }: AutoApply): NamedRecord[] =>
  conditions.flatMap(({ required_item_id: id }, i) =>
    namedRecord('item', `required_items[${i}].required_item_id`, id),
  );

/** Returns the places where the body of a coupon names items and shipping methods. */
export const namedByCoupon = (body: Coupon, path = ''): NamedRecord[] =>
  kindsOf(body).flatMap((kind) =>
    Object.entries(body[kind] ?? {}).flatMap(([field, names]) => {
      const named = Object.hasOwn(namingFields, field) ? namingFields[field] : undefined;
      if (named === undefined || !Array.isArray(names)) return [];
      return names.flatMap((name: string | null, i) =>
        namedRecord(named, `${path}${kind}.${field}[${i}]`, name),
      );
    }),
  );
