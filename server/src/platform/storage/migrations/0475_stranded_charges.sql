-- compatible
-- A charge without an answer whose gateway the settings name no more: that gateway, and whether no process asks about the charge at this moment. Only then
-- may a person settle it.
alter table rebill add column gone_gateway text, add column is_stranded boolean;
alter table orders add column charge_gone_gateway text, add column charge_is_stranded boolean;
