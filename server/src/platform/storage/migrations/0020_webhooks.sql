-- Webhooks: who is told of what, what there is to tell, and what was delivered.
create table webhook (
  merchant_id text not null,
  webhook_oid integer not null,
  -- The key or OAuth client that made it: only it sees the webhook.
  application_id text not null,
  webhook_url text not null,
  authentication_type text not null check (authentication_type in ('none', 'basic', 'api user', 'aws iam')),
  basic_username text,
  -- Sealed by the installation's key (platform/seal.ts), as is every secret here.
  basic_password bytea,
  iam_access_key text,
  iam_secret_key bytea,
  compress_events boolean not null,
  maximum_events integer not null,
  maximum_size integer not null,
  disabled boolean not null,
  consecutive_failures integer not null default 0,
  -- Since when every delivery has failed.
  failing_since timestamptz,
  -- Nothing new is sent before, after failures in a row.
  next_retry_at timestamptz,
  -- The place in webhook_event up to which its events lie in deliveries or are held.
  place_stamp xid8 not null,
  place_event_id bigint not null,
  -- A delivery has ended since the held events were last looked at: some of them may be free.
  held_may_be_free boolean not null default false,
  created_at timestamptz not null,
  primary key (merchant_id, webhook_oid)
);
create index webhook_application on webhook (merchant_id, application_id, webhook_oid);

create table webhook_subscription (
  merchant_id text not null,
  webhook_oid integer not null,
  event_name text not null,
  expansion text not null,
  event_ruler text,
  comments text,
  primary key (merchant_id, event_name, webhook_oid),
  foreign key (merchant_id, webhook_oid) references webhook (merchant_id, webhook_oid) on delete cascade
);
create index webhook_subscription_webhook on webhook_subscription (merchant_id, webhook_oid);

create table webhook_secret (
  merchant_id text not null,
  webhook_oid integer not null,
  secret_id integer not null,
  secret bytea not null,
  created_at timestamptz not null,
  -- Signs until then; null: until it is replaced.
  expires_at timestamptz,
  primary key (merchant_id, webhook_oid, secret_id),
  foreign key (merchant_id, webhook_oid) references webhook (merchant_id, webhook_oid) on delete cascade
);

-- An event's payload at one expansion, as of the event's commit, and the webhooks that want it: decided when it happened, so a subscription that is
-- changed later neither loses nor gains what is under way. (stamp, event_id) is the event's place in the feed.
create table webhook_event (
  merchant_id text not null,
  stamp xid8 not null,
  event_id bigint not null,
  expansion text not null,
  webhook_oids integer[] not null,
  name text not null,
  -- Type and id of the object: events of one object keep their order.
  object text not null,
  payload text not null,
  recorded_at timestamptz not null default now(),
  primary key (merchant_id, stamp, event_id, expansion)
);
-- A payload is written once, read once for each webhook, and gone after a month: up to a page it is not worth compressing.
alter table webhook_event set (toast_tuple_target = 8160);
create index webhook_event_recorded on webhook_event (merchant_id, recorded_at);

-- Events that wait for an earlier delivery about the same object.
create table webhook_held (
  merchant_id text not null,
  webhook_oid integer not null,
  stamp xid8 not null,
  event_id bigint not null,
  object text not null,
  primary key (merchant_id, webhook_oid, stamp, event_id),
  foreign key (merchant_id, webhook_oid) references webhook (merchant_id, webhook_oid) on delete cascade
);

-- What is under way: made before it is sent, gone when it has arrived. Its id is the webhook-id that every try carries.
create table webhook_delivery (
  merchant_id text not null,
  delivery_id uuid not null,
  webhook_oid integer not null,
  stamps xid8[] not null,
  event_ids bigint[] not null,
  objects text[] not null,
  attempts integer not null default 0,
  -- When the next try is due; a process that is at it has moved this past its lease.
  next_at timestamptz not null,
  created_at timestamptz not null,
  -- No foreign key: it would be looked up for every delivery. Deliveries are made by whoever holds the webhook's row, and go with it.
  primary key (merchant_id, delivery_id)
);
create index webhook_delivery_due on webhook_delivery (merchant_id, webhook_oid, next_at);

-- Every try of a delivery that was still open when the try ended. The request's body is put together again from its events when somebody asks.
create table webhook_log (
  merchant_id text not null,
  webhook_oid integer not null,
  log_id bigint generated always as identity,
  delivery_id uuid not null,
  attempt integer not null,
  delivered_at timestamptz not null,
  uri text not null,
  stamps xid8[] not null,
  event_ids bigint[] not null,
  event_names text[] not null,
  objects text[] not null,
  request_headers json not null,
  response_headers json not null,
  response text not null,
  status_code integer,
  success boolean not null,
  duration_ms integer not null,
  queue_delay_ms bigint not null,
  primary key (merchant_id, webhook_oid, log_id)
);
create index webhook_log_request on webhook_log (merchant_id, delivery_id, attempt);

-- Records of a kind that are being sent again to one webhook, and how far that has come.
create table webhook_reflow (
  merchant_id text not null,
  webhook_oid integer not null,
  event_name text not null,
  after_id text not null default '',
  primary key (merchant_id, webhook_oid, event_name),
  foreign key (merchant_id, webhook_oid) references webhook (merchant_id, webhook_oid) on delete cascade
);
