-- The dates that the next shipment of an item had before it was moved without being billed: by a
-- skip, a restart, a person, or a change of the zone; the latest first. A form that still holds one
-- of them was read before that move. Billed dates are in rebill.moved_from.
alter table auto_order_item
  add column former_shipments_at timestamptz[] not null default '{}';
