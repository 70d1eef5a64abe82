/*
 * SQL texts of the links to the page where a customer enters another card. Projections of auto
 * orders include a link, so each statement that reads them makes it. A statement on a merchant's
 * rows must not call a function that reads tables (docs/adr, Citus), so each statement contains the
 * whole text.
 */

/**
 * The merchant's current time for a `merchant` row `m`, as `platform/clock/merchantClock.ts` reads
 * it.
 */
export const merchantNow = `case m.clock_kind when 'standing' then m.clock_at
  when 'running' then m.clock_at + (clock_timestamp() - m.clock_set_at) else clock_timestamp() end`;

/**
 * Signs the claims of a link for this purpose and this installation: HMAC-SHA-256 (RFC 2104) with
 * the key of the `billing_link_key` row `k`, as base64url.
 */
export const billingSignatureText = (claims: string): string =>
  `translate(rtrim(encode(sha256(k.outer_key || sha256(k.inner_key
    || convert_to('perennial: update billing' || chr(10) || ${claims}, 'UTF8'))), 'base64'), '='),
    '+/', '-_')`;

/**
 * Returns the SQL of a new link for an auto order of the merchant `$1`; `oid` is the expression of
 * its oid. The link works for thirty days, because a customer may read the mail about a declined
 * card late.
 */
export const billingUrlText = (oid: string): string =>
  `(select k.public_url || '/billing/' || c.claims || '.' || ${billingSignatureText('c.claims')}
    from billing_link_key k
    cross join (
      select m.merchant_id || '.' || ${oid} || '.' || extract(epoch from
        date_trunc('second', (${merchantNow}) + interval '30 days'))::bigint as claims
      from merchant m where m.merchant_id = $1) c)`;
