-- compatible
-- After an erasure a worker searches the records of other customers for the person, table after table. The texts it looks for are here
-- until it ends, along with the place it has reached; afterwards the row only says what it found.
create table mention_search (
  merchant_id text not null,
  customer_profile_oid int not null,
  emails text[] not null,
  names text[] not null,
  begun_at timestamptz not null,
  pass smallint not null default 1,
  -- The table that is searched now, and the key of the last row that was. Null: at the beginning.
  place text,
  after_key text[],
  has_found boolean not null default false,
  table_counts json not null default '{}',
  failures int not null default 0,
  lease_until timestamptz,
  ended_at timestamptz,
  primary key (merchant_id, customer_profile_oid)
);
create index mention_search_open on mention_search (merchant_id) where ended_at is null;
