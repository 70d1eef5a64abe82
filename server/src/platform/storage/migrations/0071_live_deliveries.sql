-- The transaction that logged a try, as events have it: the live socket reports tries in the order
-- of the feed, and a try of a transaction that ends late is not missed. Older tries have none.
alter table webhook_log add column stamp xid8;
alter table webhook_log alter column stamp set default event_stamp();
create index webhook_log_live on webhook_log (merchant_id, stamp, log_id);
