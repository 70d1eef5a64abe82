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
  -- The earliest next_shipment_at of its items; what next_shipment_dts sorts and filters by.
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
  original_item_id_lc text collate "C" not null generated always as (lower(original_item_id)) stored,
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
  next_item_id_lc text collate "C" generated always as (lower(next_item_id)) stored,
  calculated_next_shipment_at timestamptz,
  simple_schedule jsonb,
  primary key (merchant_id, auto_order_oid, auto_order_item_oid),
  foreign key (merchant_id, auto_order_oid) references auto_order (merchant_id, auto_order_oid)
-- Each rebill writes its items anew. With half of each page free, the new versions lie beside the old ones and no index is touched, even when all fall due at once.
) with (fillfactor = 50);
create index auto_order_item_original on auto_order_item (merchant_id, original_item_id_lc, auto_order_oid);
create index auto_order_item_next on auto_order_item (merchant_id, next_item_id_lc, auto_order_oid) where next_item_id_lc is not null;

-- One line a step of an auto order's life.
create table auto_order_log (
  merchant_id text not null,
  auto_order_oid integer not null,
  log_id bigint generated always as identity,
  at timestamptz not null,
  message text not null,
  primary key (merchant_id, auto_order_oid, log_id)
);

-- What a list filters and sorts by and a rebill never changes: facets of the original order, texts in lower case. Each column has an index that ends
-- in the oid, so one index serves the filter in the default order and the sort.
create table auto_order_search (
  merchant_id text not null,
  auto_order_oid integer not null,
  ordered_at timestamptz not null,
  paid_at timestamptz,
  customer_profile_oid integer,
  card_type text collate "C",
  screen_branding_theme_code text collate "C",
  billing_first_name text collate "C",
  billing_last_name text collate "C",
  billing_company text collate "C",
  billing_city text collate "C",
  billing_state_region text collate "C",
  billing_postal_code text collate "C",
  billing_country_code text collate "C",
  billing_day_phone text collate "C",
  billing_email text collate "C",
  billing_cc_emails text collate "C",
  shipping_first_name text collate "C",
  shipping_last_name text collate "C",
  shipping_company text collate "C",
  shipping_city text collate "C",
  shipping_state_region text collate "C",
  shipping_postal_code text collate "C",
  shipping_country_code text collate "C",
  primary key (merchant_id, auto_order_oid),
  foreign key (merchant_id, auto_order_oid) references auto_order (merchant_id, auto_order_oid)
);
create index auto_order_search_ordered_at on auto_order_search (merchant_id, ordered_at, auto_order_oid);
create index auto_order_search_paid_at on auto_order_search (merchant_id, paid_at, auto_order_oid);
create index auto_order_search_customer_profile_oid on auto_order_search (merchant_id, customer_profile_oid, auto_order_oid);
create index auto_order_search_card_type on auto_order_search (merchant_id, card_type, auto_order_oid);
create index auto_order_search_screen_branding_theme_code on auto_order_search (merchant_id, screen_branding_theme_code, auto_order_oid);
create index auto_order_search_billing_first_name on auto_order_search (merchant_id, billing_first_name, auto_order_oid);
create index auto_order_search_billing_last_name on auto_order_search (merchant_id, billing_last_name, auto_order_oid);
create index auto_order_search_billing_company on auto_order_search (merchant_id, billing_company, auto_order_oid);
create index auto_order_search_billing_city on auto_order_search (merchant_id, billing_city, auto_order_oid);
create index auto_order_search_billing_state_region on auto_order_search (merchant_id, billing_state_region, auto_order_oid);
create index auto_order_search_billing_postal_code on auto_order_search (merchant_id, billing_postal_code, auto_order_oid);
create index auto_order_search_billing_country_code on auto_order_search (merchant_id, billing_country_code, auto_order_oid);
create index auto_order_search_billing_day_phone on auto_order_search (merchant_id, billing_day_phone, auto_order_oid);
create index auto_order_search_billing_email on auto_order_search (merchant_id, billing_email, auto_order_oid);
create index auto_order_search_billing_cc_emails on auto_order_search (merchant_id, billing_cc_emails, auto_order_oid);
create index auto_order_search_shipping_first_name on auto_order_search (merchant_id, shipping_first_name, auto_order_oid);
create index auto_order_search_shipping_last_name on auto_order_search (merchant_id, shipping_last_name, auto_order_oid);
create index auto_order_search_shipping_company on auto_order_search (merchant_id, shipping_company, auto_order_oid);
create index auto_order_search_shipping_city on auto_order_search (merchant_id, shipping_city, auto_order_oid);
create index auto_order_search_shipping_state_region on auto_order_search (merchant_id, shipping_state_region, auto_order_oid);
create index auto_order_search_shipping_postal_code on auto_order_search (merchant_id, shipping_postal_code, auto_order_oid);
create index auto_order_search_shipping_country_code on auto_order_search (merchant_id, shipping_country_code, auto_order_oid);

-- Facets of which an original order has several: its item ids and its phones, in lower case.
create table auto_order_search_value (
  merchant_id text not null,
  kind text not null check (kind in ('item', 'phone')),
  value text collate "C" not null,
  auto_order_oid integer not null,
  primary key (merchant_id, kind, value, auto_order_oid)
);
create index auto_order_search_value_owner on auto_order_search_value (merchant_id, auto_order_oid);

-- Updates that a client asked to run later (batch update with _async): one row an auto order, done in their order and then deleted.
create table auto_order_update_job (
  merchant_id text not null,
  job_id bigint generated always as identity,
  auto_order_oid integer not null,
  body jsonb not null,
  validate_original_order boolean not null,
  actor_name text not null,
  attempts smallint not null default 0,
  primary key (merchant_id, job_id)
);
create index auto_order_update_job_order on auto_order_update_job (merchant_id, auto_order_oid, job_id);

-- Catalogue items that changed and of which many auto orders follow: their calculated fields are brought up to date in the order of the oids.
create table auto_order_recalculation (
  merchant_id text not null,
  item_id_lc text collate "C" not null,
  after_oid integer not null default 0,
  primary key (merchant_id, item_id_lc)
);
