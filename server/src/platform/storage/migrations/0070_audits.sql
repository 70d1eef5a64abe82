-- Audits that are done in the background. Moments are those of the machine.
create table audit (
  merchant_id text not null,
  audit_id text not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  requested_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  -- How far it has come, in auto orders. It begins anew when its process was stopped: the books are
  -- read as they were at one moment.
  done_count integer not null default 0,
  total_count integer not null default 0,
  order_count integer not null default 0,
  attempt_count integer not null default 0,
  difference_count integer not null default 0,
  differences json not null default '[]',
  failure_reason text,
  failures smallint not null default 0,
  -- Until then it is the work of one process.
  lease_until timestamptz,
  primary key (merchant_id, audit_id)
);
-- One at a time for each merchant.
create unique index audit_open on audit (merchant_id) where state in ('waiting', 'running');
create index audit_list on audit (merchant_id, requested_at);
