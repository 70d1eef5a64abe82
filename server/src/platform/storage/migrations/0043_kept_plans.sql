-- Declined rebills that left an order keep their plan; a change of the time zone moves its dates. Few, whatever the table holds.
create index rebill_kept on rebill (merchant_id, auto_order_oid) where state = 'declined' and planned is not null;
