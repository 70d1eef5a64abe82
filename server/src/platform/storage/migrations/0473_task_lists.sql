-- compatible
-- The list of tasks for screens is read by cursor in each of its orders, so each that had no index gets one.
create index workflow_task_name on workflow_task (merchant_id, (left(fold(name), 100) collate "C"), global_number);
create index workflow_task_object_sorted on workflow_task (merchant_id, (left(fold(object_id), 100) collate "C"), global_number);
create index workflow_task_delay on workflow_task (merchant_id, delay_until, global_number);
create index workflow_task_status_number on workflow_task (merchant_id, status, global_number);
