-- Gateways that failures in a row have made inactive for a while (payments/rotation.ts).
create table gateway_inactive (
  merchant_id text not null,
  code text not null,
  since_at timestamptz not null,
  until_at timestamptz not null,
  reason text not null,
  primary key (merchant_id, code)
);

-- Secrets that every process of this installation shares and nobody else knows; they sign the links in mails.
create table installation_secret (
  name text primary key,
  secret text not null
);
