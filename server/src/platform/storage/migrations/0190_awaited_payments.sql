-- Until when the payment of a rebill waits for its customer, who must confirm it at the bank (3-D Secure), on the merchant's clock. Its
-- state is `unknown` meanwhile, `reference` is the gateway's id of the payment, and `route` is the gateway that has it. Null otherwise.
alter table rebill add column confirm_until timestamptz;
alter table rebill add constraint rebill_confirm_check check (confirm_until is null or (state = 'unknown' and reference is not null));
