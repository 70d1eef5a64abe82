-- A refund that its gateway made and that failed at the bank later: the money came back.
alter table order_refund drop constraint order_refund_state_check;
alter table order_refund add constraint order_refund_state_check
  check (state in ('refunding', 'refunded', 'refused', 'failed'));
-- When it failed, by the gateway's clock. An older report of the gateway still counts it.
alter table order_refund add column failed_at timestamptz;
