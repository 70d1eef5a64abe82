-- compatible
-- Old entries of the audit log may be removed (AUDIT_LOG_DAYS). The first entry that is left follows the last one that was removed:
-- its number and its hash are kept here, and an entry of the removal states them. Both are null until something was removed.
alter table audit_head add column removed_number bigint;
alter table audit_head add column removed_hash bytea;
