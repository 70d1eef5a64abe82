-- A dispute of a charge: a gateway reported it, or staff recorded it.
create table chargeback_dispute (
  merchant_id text not null,
  dispute_oid integer not null,
  order_id text not null,
  -- The auto order of the order, if it has one.
  auto_order_oid integer,
  state text not null check (state in ('open', 'won', 'lost', 'closed')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  -- The gateway's ids of the charge and of the dispute. Null: staff recorded it.
  charge_reference text,
  gateway_reference text,
  -- What else clients wrote, in the wire's form.
  document jsonb not null,
  opened_at timestamptz not null,
  -- Until when it can be responded to.
  due_at timestamptz,
  modified_at timestamptz not null,
  primary key (merchant_id, dispute_oid),
  foreign key (merchant_id, order_id) references orders (merchant_id, order_id) on delete cascade
);
create unique index chargeback_dispute_gateway on chargeback_dispute (merchant_id, gateway_reference)
  where gateway_reference is not null;
create index chargeback_dispute_order on chargeback_dispute (merchant_id, order_id);
create index chargeback_dispute_open on chargeback_dispute (merchant_id, auto_order_oid) where state = 'open';

-- Why nothing is billed on an original order, besides its stage: the second half of a sentence.
alter table orders add column rebill_stop text;

-- What a gateway told by itself: refunds and disputes made on its side. Kept before it is answered, and recorded on the order by a
-- worker if that is not possible at once.
create table gateway_report (
  merchant_id text not null,
  gateway_kind text not null,
  -- The gateway's id of the report, so that a repeated one is known.
  report_id text not null,
  report jsonb not null,
  received_at timestamptz not null default now(),
  attempts smallint not null default 0,
  -- The machine's clock: when it is tried next. Null: nothing more to do.
  next_try_at timestamptz,
  outcome text check (outcome in ('recorded', 'unmatched')),
  primary key (merchant_id, gateway_kind, report_id)
);
create index gateway_report_pending on gateway_report (merchant_id, next_try_at) where next_try_at is not null;
