-- Auto orders that cannot be billed say so in failure_reason, by the words that they begin with (autoOrders/parking.ts). The list of
-- them reads this index, which holds only those, so no other write costs more.
create index auto_order_parked on auto_order (merchant_id, auto_order_oid) where failure_reason like 'Cannot rebill: %';
