-- A refund of an order at a gateway. It is stored before the gateway is asked and settled afterwards, so that it is made once even if
-- the process ends in between: a worker asks again with the same key.
create table order_refund (
  merchant_id text not null,
  order_id text not null,
  -- 1, 2, 3 … within the order.
  refund_number integer not null,
  state text not null check (state in ('refunding', 'refunded', 'refused')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  -- The gateway's code and its id of the captured charge.
  gateway text not null,
  charge_reference text not null,
  -- Identifies the refund at the gateway.
  idempotency_key text not null,
  -- What the settlement needs: the refunded totals, and what was requested along with the refund.
  terms json not null,
  requested_at timestamptz not null,
  -- Until then only the process that asks the gateway may ask it. Null once the refund is settled.
  lease_until timestamptz,
  -- The gateway's id of the refund.
  reference text,
  -- Why the gateway refused.
  message text,
  primary key (merchant_id, order_id, refund_number),
  foreign key (merchant_id, order_id) references orders (merchant_id, order_id) on delete cascade
);
-- One refund of an order at a time: the next one needs to know what this one gave back.
create unique index order_refund_open on order_refund (merchant_id, order_id) where state = 'refunding';
-- The audit compares what each charge gave back with the gateway's books.
create index order_refund_charge on order_refund (merchant_id, charge_reference);
create index order_refund_lease on order_refund (merchant_id, lease_until) where state = 'refunding';
