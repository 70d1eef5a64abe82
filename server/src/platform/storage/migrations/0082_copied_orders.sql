-- The order of which this one is a duplicate or a replacement. A copy starts no auto order, because the first one already did.
alter table orders add column copied_from text;
