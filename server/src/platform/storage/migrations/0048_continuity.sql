-- Tells whether this database is the one that the installation last wrote to, an older copy of it (a restored backup), or a copy in another
-- PostgreSQL server (a dump). One row.
create table continuity (
  only_one boolean primary key default true check (only_one),
  -- Counts the restores, from 1. From the second on it is part of the keys by which gateways know charges.
  epoch integer not null default 1,
  -- Goes up while anything happens. The marker file in DATA_DIR holds it too: a database that is behind its marker is an older copy.
  beat bigint not null default 0,
  beat_at timestamptz,
  -- The feed's horizon at the last beat.
  stamp_seen bigint not null default 0,
  -- Added to a transaction's number, it makes the stamp of its events: stamps go on upwards where transaction numbers began anew.
  stamp_offset bigint not null default 0,
  -- When the last restore was noticed or told.
  restored_at timestamptz,
  -- While this is set nothing is charged: an operator has not confirmed the restore yet.
  held_reason text
);
insert into continuity (only_one) values (true);

-- The stamp of events that this transaction writes.
create function event_stamp() returns xid8 language sql stable
return (pg_current_xact_id()::text::bigint + (select stamp_offset from continuity where only_one))::text::xid8;

-- The highest stamp or place in the feed that this database carries. No transaction of it may be stamped below.
create function highest_stamp() returns bigint language sql stable
return (
  select greatest(
    (select stamp_seen from continuity where only_one),
    (select max(greatest(e.stamp, p.stamp, w.stamp))::text::bigint
     from merchant m
     left join lateral (select stamp from event where merchant_id = m.merchant_id order by stamp desc, event_id desc limit 1) e on true
     left join lateral (select stamp from webhook_event where merchant_id = m.merchant_id order by stamp desc, event_id desc limit 1) p on true
     left join lateral (select max(place_stamp) as stamp from webhook where merchant_id = m.merchant_id) w on true)
  )
);

-- What a gateway captured, or may have captured, after the moment that this database was restored to, by what the charge stands for. It is
-- looked up before anything is charged. Written when a restore is confirmed.
create table restored_charge (
  merchant_id text not null,
  -- The charge's key without attempt and epoch: rebill:<merchant>:<auto order>:<number>, order:<merchant>:<order id>.
  subject text not null,
  key text not null,
  gateway_code text not null,
  reference text not null,
  -- False: the gateway has not decided, and is asked again under the key.
  is_captured boolean not null,
  amount_minor bigint not null,
  currency text not null,
  order_id text not null,
  primary key (merchant_id, subject)
);

-- The epoch in which the attempt began, for its key.
alter table rebill add column epoch integer not null default 1;
