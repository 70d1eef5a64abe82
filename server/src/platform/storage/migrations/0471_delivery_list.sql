-- compatible
-- The list of deliveries for screens is read by time, of one webhook or of all. The tries that failed are few among many, so they have an index of their own.
create index webhook_log_time on webhook_log (merchant_id, delivered_at, log_id);
create index webhook_log_webhook_time on webhook_log (merchant_id, webhook_oid, delivered_at, log_id);
create index webhook_log_failed on webhook_log (merchant_id, delivered_at, log_id) where not success;
