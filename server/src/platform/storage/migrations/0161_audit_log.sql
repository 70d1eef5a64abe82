-- Who changed keys, users, groups, permissions, settings, applications, webhooks and clocks. Each entry carries the hash of the one
-- before, so a change, a gap and a swap show (perennial audit --log). Entries without a merchant (applications, migrations) have
-- the merchant_id '-', which no merchant can have.
create table audit_entry (
  merchant_id text not null,
  -- 1, 2, 3, … without a gap.
  entry_number bigint not null,
  -- By the machine's clock, to the millisecond.
  at timestamptz not null,
  -- key, oauth, session, system, customer or command.
  actor_kind text not null,
  actor_name text not null,
  user_id integer,
  application_id text,
  address text,
  request_id text,
  -- The operation of the API, or the command.
  act text not null,
  object_type text not null,
  object_id text not null,
  -- What changed, as it was and as it is. json, not jsonb: the text is hashed, so it is stored as it was written.
  before json,
  after json,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (merchant_id, entry_number)
);
create index audit_entry_object on audit_entry (merchant_id, object_type, object_id, entry_number);

-- The last entry of each merchant. Its row is locked while the next one is written.
create table audit_head (
  merchant_id text not null,
  entry_number bigint not null,
  hash bytea not null,
  primary key (merchant_id)
);
