-- A rebill of an auto order that is paid by invoice (purchase order, check, wire …) makes an unpaid order: nothing is charged. Its state
-- is 'invoiced', whether its order is paid later or not.
alter table rebill drop constraint rebill_check;
alter table rebill drop constraint rebill_state_check;
alter table rebill add constraint rebill_state_check
  check (state in ('charging', 'unknown', 'paid', 'declined', 'given up', 'invoiced'));
alter table rebill add constraint rebill_check
  check ((lease_until is null) = (state in ('paid', 'declined', 'given up', 'invoiced')));
