-- The outbox: what happened, written in the transaction that made it so. `event_id` is taken while the object's row is locked, so it
-- orders the events of one object; `transaction_id` lets a reader stop before transactions that are still open.
create table event (
  merchant_id text not null,
  event_id bigint generated always as identity,
  transaction_id xid8 not null default pg_current_xact_id(),
  name text not null,
  object_type text not null,
  object_id text not null,
  object_sequence integer not null,
  -- The merchant's clock, and the machine's.
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  data jsonb not null,
  primary key (merchant_id, event_id),
  constraint event_object_sequence unique (merchant_id, object_type, object_id, object_sequence)
);
create index event_feed on event (merchant_id, transaction_id, event_id);
