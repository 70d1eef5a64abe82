-- The distribution centers of a merchant, apart from the default center that every merchant has.
create table distribution_center (
  merchant_id text not null,
  -- In upper case.
  code text not null,
  distribution_center_oid integer not null,
  -- The wire's DistributionCenter.
  document json not null,
  primary key (merchant_id, code),
  unique (merchant_id, distribution_center_oid)
);
-- The queue of a distribution center: an order in the Shipping Department with lines that the center has to ship. It follows from
-- the order's lines and is written along with them.
create table waiting_shipment (
  merchant_id text not null,
  order_id text not null,
  distribution_center_code text not null,
  waiting_since timestamptz not null,
  -- The center has received the order and does not get it again.
  acknowledged boolean not null,
  primary key (merchant_id, order_id, distribution_center_code),
  foreign key (merchant_id, order_id) references orders (merchant_id, order_id) on delete cascade
);
create index waiting_shipment_queue on waiting_shipment (merchant_id, distribution_center_code, waiting_since, order_id)
  where not acknowledged;
insert into waiting_shipment (merchant_id, order_id, distribution_center_code, waiting_since, acknowledged)
  select o.merchant_id, o.order_id, line.code, o.modified_at, bool_and(line.is_acknowledged)
  from orders o, lateral (
    select coalesce(nullif(upper(btrim(l->>'distribution_center_code')), ''), 'DFLT') as code,
      l->>'transmitted_to_distribution_center_dts' is not null as is_acknowledged
    from json_array_elements(o.items) l
    where l->>'shipped_dts' is null and coalesce(l->>'tax_product_type', '') not in ('digital', 'service')
  ) line
  where o.current_stage = 'Shipping Department' and json_typeof(o.items) = 'array'
  group by o.merchant_id, o.order_id, line.code, o.modified_at;
-- Orders by stage. Almost all orders are completed, and lists of those are served by the other indexes.
create index orders_stage on orders (merchant_id, current_stage, order_id) where current_stage <> 'Completed Order';
