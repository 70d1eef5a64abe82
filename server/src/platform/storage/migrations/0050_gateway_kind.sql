-- Which kind of gateway charged the card first, and a mark of that card (autoOrders/chargedBy.ts).
alter table auto_order add column charged_by_kind text, add column charged_card_mark text;

-- Of older records it follows from the last charge that was paid: a rebill's, else the original order's. Its gateway is known by its code, whose kind the
-- merchant's settings tell; where they name none, the code is the kind.
update auto_order a set charged_by_kind = found.kind, charged_card_mark = found.mark
from (
  select o.merchant_id, o.auto_order_oid, left(encode(sha256(convert_to(o.card_token, 'UTF8')), 'hex'), 16) as mark,
    coalesce(
      (select g.value->>'kind' from jsonb_array_elements(
         case when jsonb_typeof(m.settings->'gateways'->'list') = 'array' then m.settings->'gateways'->'list' else '[]'::jsonb end) g
       where g.value->>'code' = charged.code limit 1),
      charged.code) as kind
  from orders o
  join merchant m on m.merchant_id = o.merchant_id
  cross join lateral (
    select coalesce(
      (select r.route[1] from rebill r
       where r.merchant_id = o.merchant_id and r.auto_order_oid = o.auto_order_oid and r.state = 'paid' and cardinality(r.route) > 0
       order by r.rebill_number desc limit 1),
      (select t.value->>'transaction_gateway' from json_array_elements(case when json_typeof(o.payment->'transactions') = 'array' then o.payment->'transactions' else '[]'::json end) with ordinality as t (value, place)
       where t.value->>'successful' = 'true' order by t.place desc limit 1)) as code
  ) charged
  where o.rebill_number = 0 and o.card_token is not null
) found
where a.merchant_id = found.merchant_id and a.auto_order_oid = found.auto_order_oid and found.kind in ('stripe', 'simulator');

-- Auto orders whose due charge waits for something that is no fault of theirs: the end of a stop of the whole installation (charging), any gateway
-- (gateway), or a gateway of one kind (its name).
create table held_auto_order (
  merchant_id text not null,
  auto_order_oid integer not null,
  waits_for text not null,
  primary key (merchant_id, auto_order_oid)
);
create index held_auto_order_reason on held_auto_order (merchant_id, waits_for);
