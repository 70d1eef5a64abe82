-- Workflow: tasks, their history, what was uploaded for them, and searches that people keep.

-- The last number given out: of the merchant's tasks (object_type and object_key empty), and of each object's. The merchant's row is locked first by
-- whoever inserts tasks, until the end of the transaction: that is what keeps the numbers without gaps, and one open task per object and type.
create table workflow_number (
  merchant_id text not null,
  object_type text not null,
  object_key text not null,
  value integer not null,
  primary key (merchant_id, object_type, object_key)
);

create table workflow_task (
  merchant_id text not null,
  global_number integer not null,
  task_uuid text collate "C" not null,
  object_number integer,
  name text not null,
  details text,
  context text,
  object_type text collate "C",
  -- What events call the object (an auto order's oid), and what the wire does (its code).
  object_key text collate "C",
  object_id text collate "C",
  object_url text,
  object_email text collate "C",
  assigned_user_id integer,
  assigned_group_id integer,
  related_uuid text,
  dependant_uuid text,
  priority text collate "C" not null,
  status text collate "C" not null,
  system_type text collate "C",
  created_at timestamptz not null,
  updated_at timestamptz not null,
  due_at timestamptz,
  delay_until timestamptz,
  expires_at timestamptz,
  created_by_user_id integer,
  created_by_name text not null,
  tags text[] collate "C" not null,
  properties jsonb not null,
  attachments jsonb not null,
  notes jsonb not null,
  -- The card at the time a task about it was raised; another one at its end means that the customer mended it.
  card_mark text,
  version integer not null,
  is_open boolean not null generated always as (status in ('open', 'delayed', 'awaiting customer feedback')) stored,
  -- When it moves by itself: wakes, or expires.
  moves_at timestamptz generated always as (
    case when status not in ('open', 'delayed', 'awaiting customer feedback') then null
         when status = 'delayed' then least(delay_until, expires_at) else expires_at end
  ) stored,
  -- Set by the store: name, details, notes, object and email in lower case.
  search_text text not null,
  primary key (merchant_id, global_number)
);
create unique index workflow_task_uuid on workflow_task (merchant_id, task_uuid);
create unique index workflow_task_one_open on workflow_task (merchant_id, object_type, object_key, system_type)
  where system_type is not null and status in ('open', 'delayed', 'awaiting customer feedback');
create index workflow_task_created on workflow_task (merchant_id, created_at, global_number);
create index workflow_task_updated on workflow_task (merchant_id, updated_at, global_number);
create index workflow_task_due on workflow_task (merchant_id, due_at, global_number);
create index workflow_task_status on workflow_task (merchant_id, status, created_at, global_number);
create index workflow_task_status_due on workflow_task (merchant_id, status, due_at, global_number);
create index workflow_task_priority on workflow_task (merchant_id, priority, global_number);
create index workflow_task_status_priority on workflow_task (merchant_id, status, priority, due_at, global_number);
create index workflow_task_user on workflow_task (merchant_id, assigned_user_id, status, created_at, global_number);
create index workflow_task_group on workflow_task (merchant_id, assigned_group_id, status, created_at, global_number);
create index workflow_task_object on workflow_task (merchant_id, object_type, object_id);
create index workflow_task_object_key on workflow_task (merchant_id, object_type, object_key);
create index workflow_task_email on workflow_task (merchant_id, object_email, created_at) where object_email is not null;
create index workflow_task_moves on workflow_task (merchant_id, moves_at) where moves_at is not null;
create index workflow_task_tags on workflow_task using gin (tags);
alter table workflow_task set (autovacuum_vacuum_scale_factor = 0.01);

-- Text is found by its trigrams. Where the database's owner may not add the extension, the same searches read every task of the merchant.
do $$ begin
  create extension if not exists pg_trgm;
exception when insufficient_privilege or undefined_file or feature_not_supported then
  raise notice 'pg_trgm cannot be added: searches of tasks by text will be slow';
end $$;
do $$ begin
  if exists (select from pg_extension where extname = 'pg_trgm') then
    create index workflow_task_text on workflow_task using gin (search_text gin_trgm_ops);
  end if;
end $$;

create table workflow_history (
  merchant_id text not null,
  task_uuid text collate "C" not null,
  history_id bigint generated always as identity,
  at timestamptz not null,
  description text not null,
  ip_address text,
  user_id integer,
  user_name text not null,
  primary key (merchant_id, task_uuid, history_id)
);

create table workflow_file (
  merchant_id text not null,
  file_uuid text not null,
  mime_type text not null,
  -- The task it belongs to; until it is named by one it is forgotten after a day of the machine's clock.
  task_uuid text,
  asked_at timestamptz not null,
  primary key (merchant_id, file_uuid)
);
create index workflow_file_waiting on workflow_file (merchant_id, asked_at) where task_uuid is null;

create table saved_search (
  merchant_id text not null,
  saved_search_oid integer not null,
  -- A user, or a key that stands for nobody.
  owner text not null,
  owner_user_id integer,
  owner_name text not null,
  name text not null,
  search jsonb not null,
  sort text,
  shared boolean not null,
  created_at timestamptz not null,
  primary key (merchant_id, saved_search_oid)
);
create index saved_search_owner on saved_search (merchant_id, owner);

-- What tokens of links and sockets are signed with: a new key every day, old ones kept until nothing signed by them can still be valid.
create table token_key (
  key_id text primary key,
  secret bytea not null,
  made_at timestamptz not null
);
