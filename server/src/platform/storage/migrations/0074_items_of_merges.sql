-- When an item came to its auto order by a merge; null for all others. A form that was read before cannot know the item, so
-- the item stays although the form does not name it (autoOrders/staleMerge.ts).
alter table auto_order_item add column merged_at timestamptz;
