-- One row an auto order and rebill number: whoever writes it decides who charges. A rebill that is `charging` or `unknown` belongs to nobody else until
-- it is settled: a claim passes by auto orders that have one.
create table rebill (
  merchant_id text not null,
  auto_order_oid integer not null,
  rebill_number integer not null,
  state text not null check (state in ('charging', 'unknown', 'paid', 'declined')),
  -- Counts the charges asked for, over all retries: part of the key that the gateway knows the charge by.
  attempt smallint not null,
  -- When this attempt was made on the merchant's clock, and when the first one was declined.
  at timestamptz not null,
  first_declined_at timestamptz,
  order_id text not null,
  amount_minor bigint not null,
  currency text not null,
  -- The gateways to ask, in order; after the answer the one that gave it. Empty where nothing is charged.
  route text[] not null,
  reference text,
  -- What is charged for, card and lines, while it is not settled (codec.ts).
  planned json,
  -- Declined attempts, oldest first: attempt, at, reason.
  declines jsonb not null default '[]',
  -- Machine time. Set while the charge is not settled: from then on anybody may ask the gateway what became of it.
  lease_until timestamptz,
  checks smallint not null default 0,
  -- No foreign key: auto orders are never deleted, and the check of each row would cost a fifth of writing it.
  primary key (merchant_id, auto_order_oid, rebill_number),
  check ((lease_until is null) = (state in ('paid', 'declined')))
);
-- Small, whatever the table holds: what claims pass by, and what may be asked about.
create index rebill_in_flight on rebill (merchant_id, auto_order_oid) where lease_until is not null;

-- Auto orders that were parked because of a catalogue item, by the item: they are looked at as soon as it changes.
create table parked_auto_order (
  merchant_id text not null,
  item_id_lc text collate "C" not null,
  auto_order_oid integer not null,
  primary key (merchant_id, item_id_lc, auto_order_oid)
);
