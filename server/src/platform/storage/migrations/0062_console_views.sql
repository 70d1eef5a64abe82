-- Where people reach this server, for links to the console. Null before a server has started on this database.
create function console_url() returns text language sql stable
return (select k.public_url from billing_link_key k);

-- Links of tasks were paths of pages; now the console finds the page by the id.
update workflow_task set object_url = console_url() || regexp_replace(object_url, '^/[a-z-]+/', '/o/')
  where object_url ~ '^/(auto-orders|orders|items|customers|storefronts)/' and console_url() is not null;

-- What the console remembers of a user, as the console wrote it.
create table user_preferences (
  merchant_id text not null,
  user_id integer not null,
  preferences jsonb not null,
  updated_at timestamptz not null,
  primary key (merchant_id, user_id),
  foreign key (merchant_id, user_id) references app_user (merchant_id, user_id) on delete cascade
);

-- Saved searches are views of any list. `filters` is the search of a list other than tasks, which have `search`.
alter table saved_search add column kind text not null default 'tasks';
alter table saved_search add column columns text[];
alter table saved_search add column filters jsonb;
