-- An advance can be stopped; it ends with the stretch that is being played.
alter table clock_advance drop constraint clock_advance_state_check;
alter table clock_advance add constraint clock_advance_state_check
  check (state in ('playing', 'done', 'failed', 'stopped'));
alter table clock_advance add column is_stopping boolean not null default false;
-- Machine time. Orders the list where several advances began at the same moment of the clock.
alter table clock_advance add column started_at timestamptz not null default clock_timestamp();
create index clock_advance_list on clock_advance (merchant_id, from_at, started_at);

-- What an advance did, by day of the merchant's calendar. Written in the transaction of the events
-- that it counts, so a process that is killed leaves neither too much nor too little.
create table clock_advance_day (
  merchant_id text not null,
  advance_id text not null,
  day date not null,
  currency text not null,
  paid_count integer not null,
  declined_count integer not null,
  notice_count integer not null,
  total_minor bigint not null,
  primary key (merchant_id, advance_id, day, currency)
);
