import type { Customer } from '@perennial/contract/customer.ts';
import { type NamedRecord, namedRecord } from '../platform/http/unknownNames.ts';

/** Returns the places where the body of a profile names pricing tiers, by oid or else by name. */
export const namedByCustomer = ({ pricing_tiers: tiers }: Customer): NamedRecord[] =>
  (tiers ?? []).flatMap(({ pricing_tier_oid: oid, name }, i) =>
    oid === undefined || oid === null
      ? namedRecord('pricing tier', `pricing_tiers[${i}].name`, name)
      : namedRecord('pricing tier', `pricing_tiers[${i}].pricing_tier_oid`, oid),
  );
