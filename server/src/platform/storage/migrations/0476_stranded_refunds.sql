-- compatible
-- Whether no process asks at this moment about a refund whose gateway the settings name no more. Only then may a person end it.
alter table order_refund add column is_stranded boolean;
