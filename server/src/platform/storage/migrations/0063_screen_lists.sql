-- Lists for screens: what an auto order is doing now in one word, and the indexes that serve it.

-- True when something is paused and nothing else ships. The engine clears due_at while it charges,
-- so "nothing is due" cannot stand for it.
alter table auto_order add column paused boolean not null default false;
update auto_order a set paused = true
where a.status = 'active' and a.enabled
  and exists (select from auto_order_item i
    where i.merchant_id = a.merchant_id and i.auto_order_oid = a.auto_order_oid and i.paused)
  and not exists (select from auto_order_item i
    where i.merchant_id = a.merchant_id and i.auto_order_oid = a.auto_order_oid
      and not i.paused and i.next_shipment_at is not null);

-- One word, so that the counts of all states add up. A charge without an answer is known to the
-- table rebill alone; lists add it when they read.
alter table auto_order add column state text collate "C" generated always as (
  case
    when status = 'disabled' and completed then 'completed'
    when status <> 'active' then status
    when failure_reason like 'Cannot rebill: %' then 'parked'
    when next_attempt_at is not null then 'retrying'
    when paused then 'paused'
    else 'active'
  end) stored;
create index auto_order_state on auto_order (merchant_id, state, next_shipment_at, auto_order_oid);

-- Rows without a decline, a failure or a property are in none of these, so a paid rebill does not
-- write them.
create index auto_order_declines on auto_order (merchant_id, credit_card_attempt, auto_order_oid)
  where credit_card_attempt > 0;
create index auto_order_failure
  on auto_order (merchant_id, (left(fold(failure_reason), 100) collate "C"), auto_order_oid)
  where failure_reason is not null;
create index auto_order_properties on auto_order using gin (properties jsonb_path_ops)
  where properties <> '[]';
create index auto_order_item_frequency on auto_order_item (merchant_id, frequency, auto_order_oid);

-- The last day of the month that is printed on the card.
alter table auto_order_search add column card_expires_on date;
update auto_order_search s set card_expires_on = (make_date(
    (o.payment->'credit_card'->>'card_expiration_year')::int,
    (o.payment->'credit_card'->>'card_expiration_month')::int, 1)
  + interval '1 month' - interval '1 day')::date
from auto_order a join orders o on o.merchant_id = a.merchant_id and o.order_id = a.original_order_id
where s.merchant_id = a.merchant_id and s.auto_order_oid = a.auto_order_oid
  and o.payment->'credit_card'->>'card_expiration_year' ~ '^[12][0-9]{3}$'
  and o.payment->'credit_card'->>'card_expiration_month' ~ '^(0?[1-9]|1[0-2])$';
create index auto_order_search_card_expires_on
  on auto_order_search (merchant_id, card_expires_on, auto_order_oid);

-- Phone numbers are found by their digits, however they are written.
create index auto_order_search_value_digits on auto_order_search_value
  (merchant_id, (regexp_replace(value, '\D', '', 'g') collate "C"), auto_order_oid)
  where kind = 'phone';
