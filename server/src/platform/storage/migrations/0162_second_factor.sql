-- The second factor of users who want one: the secret of an authenticator app (TOTP, RFC 6238), sealed, and codes for a lost phone.
create table user_second_factor (
  merchant_id text not null,
  user_id integer not null,
  sealed_secret bytea not null,
  -- False until the user has proved with a code that the app has the secret; log-ins do not ask before.
  is_active boolean not null default false,
  -- The half-minute of the last code that was taken; no code of it or of an earlier one is taken again.
  last_step bigint not null default 0,
  primary key (merchant_id, user_id),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);

-- Recovery codes that were not used yet, as SHA-256: each is 112 random bits.
create table user_recovery_code (
  merchant_id text not null,
  user_id integer not null,
  code_hash bytea not null,
  primary key (merchant_id, user_id, code_hash),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);
