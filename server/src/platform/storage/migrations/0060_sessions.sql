-- Sessions of users in a browser. The cookie's credential is stored as SHA-256: it is 256 random bits. A session that ends is deleted.
-- Moments are of the machine's clock.
create table user_session (
  merchant_id text not null,
  session_hash bytea not null,
  -- Names the session on the wire, where the credential never appears.
  session_id uuid not null,
  user_id integer not null,
  -- When the user logged in.
  created_at timestamptz not null,
  -- The last request, to the minute.
  seen_at timestamptz not null,
  -- Without another request it ends then; no request moves ends_at.
  idle_until timestamptz not null,
  ends_at timestamptz not null,
  address text not null,
  user_agent text not null,
  primary key (merchant_id, session_hash),
  unique (merchant_id, session_id),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);
create index user_session_user on user_session (merchant_id, user_id, created_at);
create index user_session_expired on user_session (merchant_id, idle_until);
