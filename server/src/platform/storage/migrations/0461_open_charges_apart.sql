-- compatible
-- Two indexes held the same rows, one by auto order and one by the end of the lease. Whenever the statistics said that hardly a charge was
-- open, both cost the same for finding the charge of one auto order, and PostgreSQL read all open charges of the merchant for each auto order
-- that was due. A condition on the auto order does not imply this one, so it cannot use the index any more. An older release finds overdue
-- charges by the index on auto orders.
drop index rebill_open;
create index rebill_open on rebill (merchant_id, lease_until) where lease_until > '-infinity';
