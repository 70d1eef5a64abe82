-- Shipments of an item that are scheduled up to here were missed: it was stopped then, or its date was set in the past. The merchant's setting says how many of them are
-- charged. The setting has three values now, and one of them another name.
alter table auto_order_item add column missed_until timestamptz;
update merchant set settings = jsonb_set(settings, '{missed_shipments}', '"skip"') where settings ->> 'missed_shipments' = 'roll forward';
