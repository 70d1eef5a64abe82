-- What the door of the API remembers: how full the rate limits are, and which requests carried an Idempotency-Key.

-- A leaky bucket each, per application or address and window. Not a merchant's data: an address may knock at several. Unlogged, because
-- a crash may forgive what was asked before it, and a write-ahead log of counters would serve nobody.
create unlogged table rate_bucket (
  bucket text primary key,
  -- How full it was at `at`, in requests; it has leaked since.
  level double precision not null,
  -- What the last asker was given: a column because PostgreSQL before 18 cannot return a value that is not one.
  granted double precision not null,
  at timestamptz not null
) with (fillfactor = 50);

-- A write that its client may repeat: begun, then committed with the first change, then answered.
create table idempotent_request (
  merchant_id text not null,
  application_id text not null,
  idempotency_key text not null,
  request_hash bytea not null,
  state text not null check (state in ('begun', 'committed', 'answered')),
  begun_at timestamptz not null,
  status smallint,
  body text,
  etag text,
  -- The UC-REST-ERROR of an answer that was a refusal.
  error text,
  check ((state = 'answered') = (status is not null)),
  primary key (merchant_id, application_id, idempotency_key)
);
create index idempotent_request_age on idempotent_request (merchant_id, begun_at);
