-- The tax rates of a merchant: one row for each place, at one of five levels. An order is taxed at the sum of the rates of all
-- levels at its address (orders/taxRate.ts).
create table tax_rate (
  merchant_id text not null,
  tax_rate_oid integer not null,
  -- The level and the folded names that identify the place (orders/taxPlace.ts).
  place_key text collate "C" not null,
  -- The state of a county; null at other levels. All counties of a state are read at once, because a postal code or a city may
  -- say in which county an address is.
  county_state text collate "C",
  -- The wire's TaxRate.
  document json not null,
  primary key (merchant_id, tax_rate_oid),
  unique (merchant_id, place_key)
);
create index tax_rate_counties on tax_rate (merchant_id, county_state) where county_state is not null;
-- Where an order was to be shipped when its tax was named; set when the address first changes. A named rate holds there alone.
alter table orders add column taxed_place text;
