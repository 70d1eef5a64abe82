-- Gateways that failures in a row have made inactive for a while (payments/rotation.ts).
create table gateway_inactive (
  merchant_id text not null,
  code text not null,
  since_at timestamptz not null,
  until_at timestamptz not null,
  reason text not null,
  primary key (merchant_id, code)
);

-- What the links to the customers' card page are made with: one row an installation, written at the start (payments/billingLinkStore.ts).
create table billing_link_key (
  only_one boolean primary key default true check (only_one),
  -- The two keys of an HMAC with SHA-256 (RFC 2104): a secret of one block, already mixed with the inner and the outer pad.
  inner_key bytea not null,
  outer_key bytea not null,
  public_url text not null
);

-- What a merchant's clock shows, as platform/clock/merchantClock.ts reads it.
create function merchant_now(of_merchant text) returns timestamptz language sql stable
return (
  select case m.clock_kind when 'standing' then m.clock_at when 'running' then m.clock_at + (clock_timestamp() - m.clock_set_at) else clock_timestamp() end
  from merchant m where m.merchant_id = of_merchant
);

-- Binds what a link allows to this purpose and this installation.
create function billing_signature(claims text) returns text language sql stable
return (
  select translate(rtrim(encode(
    sha256(k.outer_key || sha256(k.inner_key || convert_to('perennial: update billing' || chr(10) || claims, 'UTF8'))), 'base64'), '='), '+/', '-_')
  from billing_link_key k
);

-- A new link to the page where the customer of an auto order enters another card. In SQL, because projections of auto orders show it.
create function update_billing_url(of_merchant text, of_oid integer) returns text language sql stable
return (
  select k.public_url || '/billing/' || c.claims || '.' || billing_signature(c.claims)
  from billing_link_key k
  cross join (
    select of_merchant || '.' || of_oid || '.' || extract(epoch from date_trunc('second', merchant_now(of_merchant) + interval '30 days'))::bigint as claims
  ) c
);

-- Charges of first payments and the gateways they go to, written before the first is asked: a repetition must go the same way.
create table order_charge (
  merchant_id text not null,
  key text not null,
  route text[] not null,
  requested_at timestamptz not null,
  primary key (merchant_id, key)
);
