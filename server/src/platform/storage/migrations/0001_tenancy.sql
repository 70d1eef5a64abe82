-- Merchants, their keys and their counters. `merchant` and `api_key` are small reference tables: a key must be found before its merchant is known.

create table merchant (
  merchant_id text primary key,
  name text not null,
  time_zone text not null default 'America/New_York',
  currency text not null default 'USD',
  -- Sections owned by features (dunning, notices, ...), each parsed by its feature with its defaults.
  settings jsonb not null default '{}',
  clock_kind text not null default 'real' check (clock_kind in ('real', 'standing', 'running')),
  clock_at timestamptz,
  clock_set_at timestamptz,
  created_at timestamptz not null,
  check ((clock_kind = 'real') = (clock_at is null)),
  check ((clock_kind = 'running') = (clock_set_at is not null))
);

create table api_key (
  key_hash bytea primary key,
  merchant_id text not null references merchant,
  key_id bigint generated always as identity unique,
  name text not null,
  -- The first characters, to recognise a key that cannot be shown again.
  prefix text not null,
  permissions text[] not null,
  -- Addresses or CIDR ranges; empty: from anywhere.
  allowed_ips text[] not null default '{}',
  user_id integer,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index api_key_merchant on api_key (merchant_id, key_id);

-- Numbers that count up within a merchant: auto orders, items, orders, tasks. Taken in blocks, so gaps are ordinary.
create table counter (
  merchant_id text not null,
  name text not null,
  value bigint not null,
  primary key (merchant_id, name)
);

-- A moment as the wire shows it, a JSON string: whole seconds, with the offset of the statement's zone (zone.ts).
create function wire_dts(at timestamptz) returns json language sql stable parallel safe
return to_json(date_trunc('second', at));

-- Minor units as the wire's decimal number; `exponent` is the currency's number of decimals.
create function wire_money(minor bigint, exponent smallint) returns numeric language sql immutable parallel safe
return case exponent when 2 then minor * 0.01 when 0 then minor::numeric when 3 then minor * 0.001 else minor * (10.0 ^ -exponent) end;
