-- OAuth 2: applications, what their users allowed them, and what proves it. Secrets of every kind are stored as SHA-256: each is 256 random bits.

-- Applications serve users of any merchant, so this is a small reference table, as `merchant` and `api_key` are.
create table oauth_application (
  client_id text primary key,
  name text not null,
  description text not null,
  -- Compared whole, character by character.
  redirect_uris text[] not null,
  -- Fixed: an authorization asks for all of them.
  permissions text[] not null,
  secret_hash bytea,
  -- The scope that devices name; null: not for devices.
  device_scope text,
  created_at timestamptz not null,
  disabled_at timestamptz
);

-- What one user allowed one application at one time: the family of all tokens that come of it.
create table oauth_grant (
  merchant_id text not null,
  grant_id uuid not null,
  client_id text not null references oauth_application,
  user_id integer not null,
  permissions text[] not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (merchant_id, grant_id),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);
create index oauth_grant_user on oauth_grant (merchant_id, user_id);

-- A login that waits for allow or deny: the page holds the ticket.
create table oauth_ticket (
  merchant_id text not null,
  ticket_hash bytea not null,
  user_id integer not null,
  client_id text not null references oauth_application,
  -- What is asked: of a browser or of a device (see consentOperations.ts).
  request jsonb not null,
  expires_at timestamptz not null,
  primary key (merchant_id, ticket_hash),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);
create index oauth_ticket_expired on oauth_ticket (merchant_id, expires_at);

create table oauth_code (
  merchant_id text not null,
  code_hash bytea not null,
  grant_id uuid not null,
  redirect_uri text not null,
  -- Of PKCE, S256.
  code_challenge text,
  expires_at timestamptz not null,
  -- Kept after its use, so that a second one is noticed.
  used_at timestamptz,
  primary key (merchant_id, code_hash),
  foreign key (merchant_id, grant_id) references oauth_grant (merchant_id, grant_id) on delete cascade
);
create index oauth_code_expired on oauth_code (merchant_id, expires_at);

create table oauth_token (
  merchant_id text not null,
  token_hash bytea not null,
  grant_id uuid not null,
  kind text not null check (kind in ('access', 'refresh')),
  expires_at timestamptz not null,
  -- Of a refresh token that was exchanged for the next one; kept, so that a second use is noticed.
  used_at timestamptz,
  primary key (merchant_id, token_hash),
  foreign key (merchant_id, grant_id) references oauth_grant (merchant_id, grant_id) on delete cascade
);
create index oauth_token_expired on oauth_token (merchant_id, expires_at);
create index oauth_token_grant on oauth_token (merchant_id, grant_id);

-- Devices that wait for somebody. Whose merchant that is turns out at the end, so it cannot lead the key.
create table oauth_device (
  device_hash bytea primary key,
  user_code text not null unique,
  client_id text not null references oauth_application,
  interval_seconds integer not null,
  poll_after timestamptz not null,
  expires_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'allowed', 'denied')),
  merchant_id text,
  grant_id uuid,
  check ((state = 'allowed') = (grant_id is not null))
);
create index oauth_device_expired on oauth_device (expires_at);
