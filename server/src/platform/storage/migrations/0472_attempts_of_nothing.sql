-- A day of the Accounts Receivable retry whose coupon leaves nothing to charge is stored as paid, without a gateway.
alter table order_payment_attempt drop constraint order_payment_attempt_amount_minor_check;
alter table order_payment_attempt add constraint order_payment_attempt_amount_minor_check
  check (amount_minor > 0 or state = 'paid');
