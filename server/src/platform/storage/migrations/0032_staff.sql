-- The people who work for a merchant: users, their groups, what they may do, and when they logged in.

-- The wire's User as a document, with what is searched or ruled on beside it.
create table app_user (
  merchant_id text not null,
  user_id integer not null,
  login text not null,
  login_lc text collate "C" not null generated always as (lower(login)) stored,
  -- The login where no name is known: what a person is called wherever they appear.
  full_name text not null,
  icon_url text,
  email text,
  -- Their own; their groups' come on top.
  permissions text[] not null,
  -- Argon2id in the PHC text form; null: cannot log in.
  password_hash text,
  document jsonb not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (merchant_id, user_id),
  constraint app_user_login unique (merchant_id, login_lc)
);
create index app_user_name on app_user (merchant_id, lower(full_name), user_id);

create table user_group (
  merchant_id text not null,
  group_id integer not null,
  name text not null,
  name_lc text collate "C" not null generated always as (lower(name)) stored,
  permissions text[] not null,
  document jsonb not null,
  primary key (merchant_id, group_id),
  constraint user_group_name unique (merchant_id, name_lc)
);

create table group_membership (
  merchant_id text not null,
  group_id integer not null,
  user_id integer not null,
  primary key (merchant_id, group_id, user_id),
  foreign key (merchant_id, group_id) references user_group (merchant_id, group_id) on delete cascade,
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);
create index group_membership_user on group_membership (merchant_id, user_id);

create table user_login (
  merchant_id text not null,
  user_id integer not null,
  login_id bigint generated always as identity,
  login text not null,
  ip_address text not null,
  user_agent text not null,
  at timestamptz not null,
  primary key (merchant_id, user_id, login_id),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);

-- Guesses at passwords and device codes, per account and per address: an address may try several merchants. Unlogged, because a crash may forgive them.
create unlogged table login_attempt (
  subject text primary key,
  -- In a row, without a success; forgotten after a quiet while.
  count integer not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
);
create index login_attempt_age on login_attempt (last_at);
