-- What happened on each day of a merchant's calendar, counted from the feed of events by a worker:
-- rebills do not write it. A day has a row for each currency; what has no money is in the row of the
-- merchant's currency.
create table statistic_day (
  merchant_id text not null,
  day date not null,
  currency text not null,
  paid_count integer not null default 0,
  paid_minor bigint not null default 0,
  declined_count integer not null default 0,
  canceled_count integer not null default 0,
  created_count integer not null default 0,
  -- How many auto orders were active when the day was last counted.
  active_count integer,
  primary key (merchant_id, day, currency)
);

-- The place in the feed up to which a merchant's events are counted.
create table statistic_place (
  merchant_id text not null,
  stamp xid8 not null,
  event_id bigint not null,
  primary key (merchant_id)
);
