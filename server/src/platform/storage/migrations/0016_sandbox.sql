-- Moves of test clocks, each with how far it has come, so that another process goes on where one was stopped. While one is under way the merchant's
-- clock stands at reached_at: everything due until then was played.
create table clock_advance (
  merchant_id text not null,
  advance_id text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  reached_at timestamptz not null,
  -- What the clock does when it has arrived.
  mode_after text not null check (mode_after in ('standing', 'running')),
  state text not null default 'playing' check (state in ('playing', 'done', 'failed')),
  failure_reason text,
  rebill_count integer not null default 0,
  decline_count integer not null default 0,
  notice_count integer not null default 0,
  -- Failures since it last came further.
  failures smallint not null default 0,
  -- Machine time: until then it is one process's own.
  lease_until timestamptz,
  primary key (merchant_id, advance_id),
  check ((lease_until is null) = (state <> 'playing'))
);
create unique index clock_advance_playing on clock_advance (merchant_id) where state = 'playing';
