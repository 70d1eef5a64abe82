-- compatible
-- The next attempt that the engine planned last. A next_attempt_at that differs from it was set by a client, so the audit can tell the two apart. Unknown for what earlier releases planned.
alter table auto_order add column planned_attempt_at timestamptz;
