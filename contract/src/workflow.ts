/** Workflow tasks: the work that needs a person. */
import type { Static } from 'typebox';
import { answer, Property } from './common.ts';
import { dateTime, flag, int32, many, model, one, oneOf, text, texts } from './fields.ts';

export const WorkflowAgentAuth = model(
  'WorkflowAgentAuth',
  'The address and the token of the live socket.',
  {
    jwt: text('Short-lived.'),
    merchant_id: text(),
    websocket_url: text(),
  },
);
export type WorkflowAgentAuth = Static<typeof WorkflowAgentAuth>;

export const WorkflowAgentAuthResponse = answer('WorkflowAgentAuthResponse', {
  agent_auth: one(WorkflowAgentAuth),
});
export type WorkflowAgentAuthResponse = Static<typeof WorkflowAgentAuthResponse>;

export const WorkflowAttachment = model('WorkflowAttachment', 'A file on a task or note.', {
  download_key: text('A link that expires.'),
  file_name: text(
    'At most the last 255 characters are kept, without folders. A name that does not fit the ' +
      'type of the file gets the extension of the type.',
  ),
  file_uuid: text(),
  mime_type: text(),
  upload_key: text('The key of the upload link; taken when the file is first named.'),
});
export type WorkflowAttachment = Static<typeof WorkflowAttachment>;

export const WorkflowAttachmentUploadUrl = model(
  'WorkflowAttachmentUploadUrl',
  'The link to upload a file, and the key that names it.',
  {
    key: text(),
    url: text(),
  },
);
export type WorkflowAttachmentUploadUrl = Static<typeof WorkflowAttachmentUploadUrl>;

export const WorkflowAttachmentUploadUrlResponse = answer('WorkflowAttachmentUploadUrlResponse', {
  workflow_attachment_upload_url: one(WorkflowAttachmentUploadUrl),
});
export type WorkflowAttachmentUploadUrlResponse = Static<
  typeof WorkflowAttachmentUploadUrlResponse
>;

export const WorkflowGroup = model('WorkflowGroup', 'A group that tasks can be assigned to.', {
  group: text(),
  group_id: int32(),
});
export type WorkflowGroup = Static<typeof WorkflowGroup>;

export const WorkflowGroupsResponse = answer('WorkflowGroupsResponse', {
  groups: many(WorkflowGroup),
});
export type WorkflowGroupsResponse = Static<typeof WorkflowGroupsResponse>;

export const WorkflowUser = model('WorkflowUser', 'A user that tasks can be assigned to.', {
  user: text(),
  user_icon_url: text(),
  user_id: int32(),
});
export type WorkflowUser = Static<typeof WorkflowUser>;

export const WorkflowNote = model('WorkflowNote', 'A note on a task.', {
  attachments: many(WorkflowAttachment),
  edit_dts: dateTime('When it was last edited.'),
  note: text(),
  note_dts: dateTime(),
  original_note: text('The text before the first edit.'),
  user: one(WorkflowUser),
});
export type WorkflowNote = Static<typeof WorkflowNote>;

export const WorkflowTaskHistory = model('WorkflowTaskHistory', 'A change of a task.', {
  activity_dts: dateTime(),
  description: text(),
  ip_address: text(),
  user: one(WorkflowUser),
});
export type WorkflowTaskHistory = Static<typeof WorkflowTaskHistory>;

/** The status of a task. */
export const taskStatuses = [
  'open',
  'closed',
  'delayed',
  'awaiting customer feedback',
  'closed - system',
  'closed - customer',
  'closed - expiration',
] as const;

/** The urgency of a task; it sorts by its number. */
export const taskPriorities = ['1 - low', '2 - medium', '3 - high', '4 - critical'] as const;

/** The types of objects that a task can be about. */
export const taskObjectTypes = [
  'order',
  'auto order',
  'item',
  'customer profile',
  'storefront',
] as const;

/** The kinds of tasks that the server raises by itself. */
export const systemTaskTypes = [
  'order_accounts_receivable',
  'order_fraud_review',
  'auto_order_card_update_issue',
  'auto_order_canceled_payment',
  'item_low_stock',
  'item_out_of_stock',
] as const;

export const WorkflowTask = model('WorkflowTask', 'Work that needs a person.', {
  assigned_to_group: text(),
  assigned_to_group_id: int32(),
  assigned_to_user: text(),
  assigned_to_user_id: int32(),
  assigned_to_user_or_group: text('Used for sorting.'),
  attachments: many(WorkflowAttachment),
  created_by: one(WorkflowUser),
  created_dts: dateTime(),
  delay_until_dts: dateTime('With status delayed: when it opens again.'),
  dependant_workflow_task_uuid: text('That task must be completed before this one can be.'),
  due_dts: dateTime('A day alone includes that day.'),
  expiration_dts: dateTime(
    'Set on system tasks: the task expires and is closed then. A day alone includes that day.',
  ),
  global_task_number: int32('Counts the merchant’s tasks.'),
  histories: many(WorkflowTaskHistory, 'Made by the server.'),
  last_update_dts: dateTime(),
  merchant_id: text(),
  notes: many(WorkflowNote),
  object_email: text(),
  object_id: text('Order id, auto order code, item id or profile oid.'),
  object_task_number: int32('Counts the tasks of the object.'),
  object_type: oneOf(taskObjectTypes),
  object_url: text('The object in the console.'),
  priority: oneOf(taskPriorities),
  properties: many(Property),
  related_workflow_task_uuid: text('A task that has to do with this one.'),
  status: oneOf(taskStatuses),
  system_task_type: oneOf(systemTaskTypes, 'Names the kind of a system-made task.'),
  tags: texts('Free words to search by.'),
  task_context: text('Readable text of the task context.'),
  task_details: text(),
  task_name: text(),
  workflow_task_uuid: text(),
});
export type WorkflowTask = Static<typeof WorkflowTask>;

export const WorkflowTaskOpenCountResponse = answer('WorkflowTaskOpenCountResponse', {
  open_count: int32(),
});
export type WorkflowTaskOpenCountResponse = Static<typeof WorkflowTaskOpenCountResponse>;

export const WorkflowTaskResponse = answer('WorkflowTaskResponse', {
  task: one(WorkflowTask),
});
export type WorkflowTaskResponse = Static<typeof WorkflowTaskResponse>;

export const WorkflowTaskTagsResponse = answer('WorkflowTaskTagsResponse', {
  tags: texts(),
});
export type WorkflowTaskTagsResponse = Static<typeof WorkflowTaskTagsResponse>;

export const WorkflowTasksRequest = model(
  'WorkflowTasksRequest',
  'Criteria of a search; all that are given must hold.',
  {
    assigned_to_group: text(),
    assigned_to_group_id: int32(),
    assigned_to_me: flag('Assigned to me or to one of my groups.'),
    assigned_to_user: text(),
    assigned_to_user_id: int32(),
    created_by: one(WorkflowUser),
    created_dts_begin: text(),
    created_dts_end: text(),
    delay_until_dts_begin: text(),
    delay_until_dts_end: text(),
    due_dts_begin: text(),
    due_dts_end: text(),
    last_update_dts_begin: text(),
    last_update_dts_end: text(),
    object_email: text(),
    object_type: oneOf(['order', 'auto order', 'item', 'customer profile']),
    priority: oneOf(['1 - low', '2 - medium', '3 - high', '4 - critical']),
    status: oneOf(['open', 'closed', 'delayed', 'awaiting customer feedback']),
    tags: texts('All of them must be on the task.'),
    unassigned: flag('No user and no group.'),
  },
);
export type WorkflowTasksRequest = Static<typeof WorkflowTasksRequest>;

export const WorkflowTasksResponse = answer('WorkflowTasksResponse', {
  task_context: text('What the object is, in words.'),
  tasks: many(WorkflowTask),
});
export type WorkflowTasksResponse = Static<typeof WorkflowTasksResponse>;

export const WorkflowUserResponse = answer('WorkflowUserResponse', {
  user: one(WorkflowUser),
});
export type WorkflowUserResponse = Static<typeof WorkflowUserResponse>;

export const WorkflowUsersResponse = answer('WorkflowUsersResponse', {
  my_user_id: int32('Who I am among them.'),
  users: many(WorkflowUser),
});
export type WorkflowUsersResponse = Static<typeof WorkflowUsersResponse>;
