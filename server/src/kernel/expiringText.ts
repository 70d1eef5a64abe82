import { merchantNow } from './billingUrlText.ts';

/**
 * Returns the SQL (jsonb) of a list of properties without those that have expired: the date in
 * their `field` has come by the clock of the merchant `$1`. A list without such dates is returned
 * as it is.
 */
export const unexpiredText = (
  list: string,
  field: 'expiration_dts' | 'expirationDts' = 'expiration_dts',
): string =>
  `case when (${list})::text like '%${field}%' then
    coalesce((select jsonb_agg(p.property order by p.place)
      from jsonb_array_elements((${list})::jsonb) with ordinality as p (property, place)
      where case when p.property->>'${field}' ~ '^\\d{4}-\\d\\d-\\d\\dT'
        then (p.property->>'${field}')::timestamptz
          > (select ${merchantNow} from merchant m where m.merchant_id = $1)
        else true end), '[]'::jsonb)
    else (${list})::jsonb end`;
