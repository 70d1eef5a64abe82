/*
 * SQL texts of the links to the page where a customer enters another card. Projections of auto
 * orders show a link, so it is made where they are read. A statement on a merchant's rows must not
 * call a function that reads tables (docs/adr, Citus), so each statement contains the whole text.
 */

/** The merchant's moment, as `platform/clock/merchantClock.ts` reads it, of a `merchant` row `m`. */
export const merchantNow = `case m.clock_kind when 'standing' then m.clock_at
  when 'running' then m.clock_at + (clock_timestamp() - m.clock_set_at) else clock_timestamp() end`;

/**
 * Binds what a link allows to this purpose and this installation: HMAC-SHA-256 (RFC 2104) with the
 * key of the `billing_link_key` row `k`, as base64url.
 */
export const billingSignatureText = (claims: string): string =>
  `translate(rtrim(encode(sha256(k.outer_key || sha256(k.inner_key
    || convert_to('perennial: update billing' || chr(10) || ${claims}, 'UTF8'))), 'base64'), '='),
    '+/', '-_')`;

/**
 * A new link for the auto order of the merchant `$1` with the oid of this expression. It works for
 * thirty days, because a customer may read the mail about a declined card late.
 */
export const billingUrlText = (oid: string): string =>
  `(select k.public_url || '/billing/' || c.claims || '.' || ${billingSignatureText('c.claims')}
    from billing_link_key k
    cross join (
      select m.merchant_id || '.' || ${oid} || '.' || extract(epoch from
        date_trunc('second', (${merchantNow}) + interval '30 days'))::bigint as claims
      from merchant m where m.merchant_id = $1) c)`;
