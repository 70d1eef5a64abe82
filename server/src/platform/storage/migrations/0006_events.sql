-- The outbox: what happened, written in the transaction that made it so. (stamp, event_id) orders the events of a merchant such that one object's
-- events have the order of its life, and that nothing ever appears before a place where a reader has been: `stamp` is at least the id of the
-- writing transaction and of the object's event before, and readers stop before the oldest transaction that is still open.
create table event (
  merchant_id text not null,
  event_id bigint generated always as identity,
  stamp xid8 not null,
  name text not null,
  object_type text not null,
  object_id text not null,
  object_sequence integer not null,
  -- The merchant's clock, and the machine's.
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  data json not null,
  -- The order in which readers go through them.
  primary key (merchant_id, stamp, event_id),
  constraint event_object_sequence unique (merchant_id, object_type, object_id, object_sequence)
);
