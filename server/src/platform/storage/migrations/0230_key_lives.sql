-- How long a key and its earlier secret are valid, and when each was used. Uses are written at most once a minute (staff/keyUseWorker.ts).
alter table api_key
  -- Null: the key does not expire.
  add column expires_at timestamptz,
  add column rotated_at timestamptz,
  add column last_used_at timestamptz,
  add column last_used_address text,
  -- The secret before the last rotation, and until when it is accepted.
  add column previous_hash bytea,
  add column previous_until timestamptz,
  add column previous_used_at timestamptz,
  add constraint api_key_previous_both check ((previous_hash is null) = (previous_until is null));
create unique index api_key_previous on api_key (previous_hash);

-- The key of card links before the last rotation, and until when its links are accepted.
alter table billing_link_key
  add column previous_inner_key bytea,
  add column previous_outer_key bytea,
  add column previous_until timestamptz;
