/*
 * Renders tasks in the wire format, as JSON from PostgreSQL
 * (docs/adr/0002-json-from-postgresql.md). `withLinks` (fileOperations.ts) adds the links of files
 * later, because they are signed.
 */

/**
 * Returns the SQL expression of a WorkflowTask for the row with alias `t`, as JSON without nulls.
 * The statement must contain `inZone`. Events omit the history, because the events are a history
 * themselves.
 */
export function taskJson(t: string, { withHistory }: { readonly withHistory: boolean }): string {
  const moment = (name: string, column: string) => `'${name}', wire_dts(${t}.${column})`;
  return `json_strip_nulls(json_build_object(
    'workflow_task_uuid', ${t}.task_uuid, 'merchant_id', ${t}.merchant_id, 'task_name', ${t}.name,
    'task_details', ${t}.details, 'task_context', ${t}.context,
    'object_type', ${t}.object_type, 'object_id', ${t}.object_id, 'object_url', ${t}.object_url,
    'object_email', ${t}.object_email,
    'assigned_to_user_id', ${t}.assigned_user_id, 'assigned_to_user', ${userName(t)},
    'assigned_to_group_id', ${t}.assigned_group_id, 'assigned_to_group', ${groupName(t)},
    'assigned_to_user_or_group', coalesce(${userName(t)}, ${groupName(t)}),
    'related_workflow_task_uuid', ${t}.related_uuid,
    'dependant_workflow_task_uuid', ${t}.dependant_uuid,
    'priority', ${t}.priority, 'status', ${t}.status, 'system_task_type', ${t}.system_type,
    'global_task_number', ${t}.global_number, 'object_task_number', ${t}.object_number,
    ${moment('created_dts', 'created_at')}, ${moment('last_update_dts', 'updated_at')},
    ${moment('due_dts', 'due_at')},
    ${moment('delay_until_dts', 'delay_until')}, ${moment('expiration_dts', 'expires_at')},
    'created_by', json_build_object('user_id', ${t}.created_by_user_id,
      'user', ${t}.created_by_name,
      'user_icon_url', (select u.icon_url from app_user u
        where u.merchant_id = $1 and u.user_id = ${t}.created_by_user_id)),
    'tags', ${t}.tags, 'properties', ${t}.properties, 'attachments', ${t}.attachments,
    'notes', (select coalesce(json_agg(json_build_object(
        'note', n ->> 'note', 'note_dts', wire_dts((n ->> 'at')::timestamptz),
        'edit_dts', wire_dts((n ->> 'edited_at')::timestamptz),
        'original_note', n ->> 'original',
        'user', json_build_object('user_id', (n ->> 'user_id')::int, 'user', n ->> 'user'),
        'attachments', n -> 'attachments'
      ) order by place), '[]')
      from jsonb_array_elements(${t}.notes) with ordinality as notes (n, place))${
        withHistory
          ? `,
    'histories', (select coalesce(json_agg(json_build_object(
        'activity_dts', wire_dts(h.at), 'description', h.description, 'ip_address', h.ip_address,
        'user', json_build_object('user_id', h.user_id, 'user', h.user_name)
      ) order by h.history_id), '[]') from workflow_history h
      where h.merchant_id = $1 and h.task_uuid = ${t}.task_uuid)`
          : ''
      }
  ))`;
}

/** Returns the SQL expression of the name of the user to whom the task is assigned. */
export const userName = (t: string): string =>
  `(select u.full_name from app_user u
   where u.merchant_id = $1 and u.user_id = ${t}.assigned_user_id)`;

/** Returns the SQL expression of the name of the group to whom the task is assigned. */
export const groupName = (t: string): string =>
  `(select g.name from user_group g
   where g.merchant_id = $1 and g.group_id = ${t}.assigned_group_id)`;
