-- When the people were taken out of an order. Such an order is not erased again.
alter table orders add column erased_at timestamptz;
