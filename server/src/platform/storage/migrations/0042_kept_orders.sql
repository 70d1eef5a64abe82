-- A declined rebill that is stored as an order in Accounts Receivable is one thing with that order: staff may pay it, reject it or edit it.
alter table rebill
  -- What staff changed of the order while it was not paid, as `part` or `part.field`: a retry keeps it. Null: nothing.
  add column edited_fields text[],
  -- Who marked the order as paid, or rejected it. Null: the gateway's answer decided.
  add column settled_by text;

-- `given up`: staff rejected the order. It keeps its number and is never charged.
alter table rebill drop constraint rebill_state_check;
alter table rebill add constraint rebill_state_check check (state in ('charging', 'unknown', 'paid', 'declined', 'given up'));
alter table rebill drop constraint rebill_check;
alter table rebill add constraint rebill_check check ((lease_until is null) = (state in ('paid', 'declined', 'given up')));
