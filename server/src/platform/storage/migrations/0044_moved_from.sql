-- What a rebill moves, as it was before: scheduled dates, and counts of orders left (rebill/movedFrom.ts). A client that writes back a form which it read
-- before the rebill sends these values again, and they must not count as new ones. Absent on rebills older than this column.
alter table rebill add column moved_from json;

-- The rebills of an item that came by a merge lie where the item was before.
create index auto_order_merged_into on auto_order (merchant_id, merged_into_auto_order_oid) where merged_into_auto_order_oid is not null;
