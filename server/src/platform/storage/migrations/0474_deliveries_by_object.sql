-- compatible
-- The tries to deliver are found by the objects of their events: on the page of an order, in the life of an auto order, in the log by order and in the list of deliveries.
create index webhook_log_objects on webhook_log using gin (objects);
