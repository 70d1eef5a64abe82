-- The last order with which a customer bought an item that each customer may have once. Orders of the same customer and item lock this
-- row one after the other, so that only one of them is charged.
create table once_claim (
  merchant_id text not null,
  -- The folded id of the item, and the folded email or the profile of the customer.
  item_id text not null,
  customer text not null,
  order_id text not null,
  primary key (merchant_id, item_id, customer)
);
