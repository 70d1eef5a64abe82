-- Auto orders. What the engine moves stands in auto_order and auto_order_item; what only follows the original order and is searched
-- stands in auto_order_search, so that a rebill does not touch its many indexes.
create table auto_order (
  merchant_id text not null,
  auto_order_oid integer not null,
  auto_order_code text not null,
  original_order_id text not null,
  status text not null check (status in ('active', 'canceled', 'disabled', 'merged')),
  enabled boolean not null,
  completed boolean not null default false,
  currency text not null,
  currency_exponent smallint not null,
  signed_up_at timestamptz not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  cancel_after_next_x_orders integer,
  cancel_reason text,
  canceled_by_user text,
  canceled_at timestamptz,
  cancel_upgrade boolean not null default false,
  cancel_downgrade boolean not null default false,
  disabled_at timestamptz,
  merged_at timestamptz,
  merged_into_auto_order_oid integer,
  credit_card_attempt integer not null default 0,
  next_attempt_at timestamptz,
  failure_reason text,
  override_affiliate_id integer,
  rotating_transaction_gateway_code text,
  rebill_count integer not null default 0,
  -- Camel-case records of autoOrder.ts (AddOn, Property), as JSON lists.
  add_ons jsonb not null default '[]',
  properties jsonb not null default '[]',
  -- The earliest moment anything ships; what next_shipment_dts sorts and filters by.
  next_shipment_at timestamptz,
  -- When the engine must look at it next (rebill, retry, notice); null: never. A claim moves it past its lease.
  due_at timestamptz,
  version integer not null default 1,
  primary key (merchant_id, auto_order_oid),
  constraint auto_order_code unique (merchant_id, auto_order_code),
  constraint auto_order_original_order unique (merchant_id, original_order_id)
) with (fillfactor = 80);
create index auto_order_due on auto_order (merchant_id, due_at) where due_at is not null;
create index auto_order_next_shipment on auto_order (merchant_id, next_shipment_at, auto_order_oid);
create index auto_order_modified on auto_order (merchant_id, modified_at, auto_order_oid);
create index auto_order_status on auto_order (merchant_id, status, auto_order_oid);

create table auto_order_item (
  merchant_id text not null,
  auto_order_oid integer not null,
  auto_order_item_oid integer not null,
  position smallint not null,
  original_item_id text not null,
  original_quantity numeric not null,
  arbitrary_item_id text,
  arbitrary_quantity numeric,
  arbitrary_unit_cost bigint,
  arbitrary_unit_cost_remaining_orders integer,
  arbitrary_percentage_discount numeric,
  arbitrary_schedule_days integer,
  frequency text,
  next_shipment_at timestamptz,
  -- Local date and time that months are counted from.
  anchor timestamp not null,
  next_preshipment_notice_at timestamptz,
  preshipment_notice_sent boolean not null default false,
  no_order_after_at timestamptz,
  first_order_at timestamptz,
  last_order_at timestamptz,
  life_time_value bigint not null default 0,
  rebill_value bigint not null default 0,
  number_of_rebills integer not null default 0,
  remaining_repeat_count integer,
  paused boolean not null default false,
  step_index smallint not null default 0,
  step_done integer not null default 0,
  options jsonb not null default '[]',
  properties jsonb not null default '[]',
  add_ons jsonb not null default '[]',
  paypal_payer_id text,
  paypal_recurring_payment_profile_id text,
  -- Calculated by the schedule rules when the record or its catalogue item changes.
  next_item_id text,
  calculated_next_shipment_at timestamptz,
  simple_schedule jsonb,
  primary key (merchant_id, auto_order_oid, auto_order_item_oid),
  foreign key (merchant_id, auto_order_oid) references auto_order (merchant_id, auto_order_oid)
) with (fillfactor = 80);
create index auto_order_item_original on auto_order_item (merchant_id, lower(original_item_id) collate "C", auto_order_oid);
create index auto_order_item_next on auto_order_item (merchant_id, lower(next_item_id) collate "C", auto_order_oid);

-- One line a step of an auto order's life.
create table auto_order_log (
  merchant_id text not null,
  auto_order_oid integer not null,
  log_id bigint generated always as identity,
  at timestamptz not null,
  message text not null,
  primary key (merchant_id, auto_order_oid, log_id)
);
