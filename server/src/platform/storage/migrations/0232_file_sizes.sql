-- compatible: the release before does not write it
-- How large an attachment is, for the merchant's quota. Null until its upload was seen.
alter table workflow_file add column bytes bigint;
