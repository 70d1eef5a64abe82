/**
 * Workflow tasks: the work that needs a person.
 */
import type { Static } from 'typebox';
import { Property, answer } from './common.ts';
import { dateTime, flag, int32, many, model, one, oneOf, text, texts } from './fields.ts';

/** WorkflowAgentAuth */
export const WorkflowAgentAuth = model('WorkflowAgentAuth', 'WorkflowAgentAuth', {
  jwt: text(),
  merchant_id: text(),
  websocket_url: text(),
});
export type WorkflowAgentAuth = Static<typeof WorkflowAgentAuth>;

/** An answer with `agent_auth`. */
export const WorkflowAgentAuthResponse = answer('WorkflowAgentAuthResponse', {
  agent_auth: one(WorkflowAgentAuth),
});
export type WorkflowAgentAuthResponse = Static<typeof WorkflowAgentAuthResponse>;

/** WorkflowAttachment */
export const WorkflowAttachment = model('WorkflowAttachment', 'WorkflowAttachment', {
  download_key: text('Described as a temporary download URL.'),
  file_name: text(),
  file_uuid: text(),
  mime_type: text(),
  upload_key: text('Temporary; the key of the upload-url answer.'),
});
export type WorkflowAttachment = Static<typeof WorkflowAttachment>;

/** WorkflowAttachmentUploadUrl */
export const WorkflowAttachmentUploadUrl = model('WorkflowAttachmentUploadUrl', 'WorkflowAttachmentUploadUrl', {
  key: text(),
  url: text(),
});
export type WorkflowAttachmentUploadUrl = Static<typeof WorkflowAttachmentUploadUrl>;

/** An answer with `workflow_attachment_upload_url`. */
export const WorkflowAttachmentUploadUrlResponse = answer('WorkflowAttachmentUploadUrlResponse', {
  workflow_attachment_upload_url: one(WorkflowAttachmentUploadUrl),
});
export type WorkflowAttachmentUploadUrlResponse = Static<typeof WorkflowAttachmentUploadUrlResponse>;

/** WorkflowGroup */
export const WorkflowGroup = model('WorkflowGroup', 'WorkflowGroup', {
  group: text(),
  group_id: int32(),
});
export type WorkflowGroup = Static<typeof WorkflowGroup>;

/** An answer with `groups`. */
export const WorkflowGroupsResponse = answer('WorkflowGroupsResponse', {
  groups: many(WorkflowGroup),
});
export type WorkflowGroupsResponse = Static<typeof WorkflowGroupsResponse>;

/** WorkflowUser */
export const WorkflowUser = model('WorkflowUser', 'WorkflowUser', {
  user: text(),
  user_icon_url: text(),
  user_id: int32(),
});
export type WorkflowUser = Static<typeof WorkflowUser>;

/** WorkflowNote */
export const WorkflowNote = model('WorkflowNote', 'WorkflowNote', {
  attachments: many(WorkflowAttachment),
  edit_dts: dateTime(),
  note: text(),
  note_dts: dateTime(),
  original_note: text('Text before any edit.'),
  user: one(WorkflowUser),
});
export type WorkflowNote = Static<typeof WorkflowNote>;

/** WorkflowTaskHistory */
export const WorkflowTaskHistory = model('WorkflowTaskHistory', 'WorkflowTaskHistory', {
  activity_dts: dateTime(),
  description: text(),
  ip_address: text(),
  user: one(WorkflowUser),
});
export type WorkflowTaskHistory = Static<typeof WorkflowTaskHistory>;

/** Where a task stands. */
export const taskStatuses = [
  'open', 'closed', 'delayed', 'awaiting customer feedback', 'closed - system', 'closed - customer',
  'closed - expiration',
] as const;

/** How urgent a task is; sorts by its number. */
export const taskPriorities = [
  '1 - low', '2 - medium', '3 - high', '4 - critical',
] as const;

/** What a task can be about. */
export const taskObjectTypes = [
  'order', 'auto order', 'item', 'customer profile', 'storefront',
] as const;

/** The kinds of tasks that the server raises by itself. */
export const systemTaskTypes = [
  'order_accounts_receivable', 'order_fraud_review', 'auto_order_card_update_issue',
  'auto_order_canceled_payment', 'item_low_stock', 'item_out_of_stock',
] as const;

/** WorkflowTask */
export const WorkflowTask = model('WorkflowTask', 'WorkflowTask', {
  assigned_to_group: text(),
  assigned_to_group_id: int32(),
  assigned_to_user: text(),
  assigned_to_user_id: int32(),
  assigned_to_user_or_group: text('Used for sorting.'),
  attachments: many(WorkflowAttachment),
  created_by: one(WorkflowUser),
  created_dts: dateTime(),
  delay_until_dts: dateTime(),
  dependant_workflow_task_uuid: text('That task must be completed before this one can be.'),
  due_dts: dateTime(),
  expiration_dts: dateTime('Set on system tasks: the task expires and is closed then.'),
  global_task_number: int32(),
  histories: many(WorkflowTaskHistory),
  last_update_dts: dateTime(),
  merchant_id: text(),
  notes: many(WorkflowNote),
  object_email: text(),
  object_id: text(),
  object_task_number: int32(),
  object_type: oneOf(taskObjectTypes),
  object_url: text(),
  priority: oneOf(taskPriorities),
  properties: many(Property),
  related_workflow_task_uuid: text(),
  status: oneOf(taskStatuses),
  system_task_type: oneOf(systemTaskTypes, 'Names the kind of a system-made task.'),
  tags: texts(),
  task_context: text('Readable text of the task context.'),
  task_details: text(),
  task_name: text(),
  workflow_task_uuid: text(),
});
export type WorkflowTask = Static<typeof WorkflowTask>;

/** An answer with `open_count`. */
export const WorkflowTaskOpenCountResponse = answer('WorkflowTaskOpenCountResponse', {
  open_count: int32(),
});
export type WorkflowTaskOpenCountResponse = Static<typeof WorkflowTaskOpenCountResponse>;

/** An answer with `task`. */
export const WorkflowTaskResponse = answer('WorkflowTaskResponse', {
  task: one(WorkflowTask),
});
export type WorkflowTaskResponse = Static<typeof WorkflowTaskResponse>;

/** An answer with `tags`. */
export const WorkflowTaskTagsResponse = answer('WorkflowTaskTagsResponse', {
  tags: texts(),
});
export type WorkflowTaskTagsResponse = Static<typeof WorkflowTaskTagsResponse>;

/** WorkflowTasksRequest */
export const WorkflowTasksRequest = model('WorkflowTasksRequest', 'WorkflowTasksRequest', {
  assigned_to_group: text(),
  assigned_to_group_id: int32(),
  assigned_to_me: flag('My own user id or any group I belong to.'),
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
  tags: texts('Tasks carrying these tags; any or all is not stated.'),
  unassigned: flag('No user and no group.'),
});
export type WorkflowTasksRequest = Static<typeof WorkflowTasksRequest>;

/** An answer with `task_context`, `tasks`. */
export const WorkflowTasksResponse = answer('WorkflowTasksResponse', {
  task_context: text('When asked for one object type and id.'),
  tasks: many(WorkflowTask),
});
export type WorkflowTasksResponse = Static<typeof WorkflowTasksResponse>;

/** An answer with `user`. */
export const WorkflowUserResponse = answer('WorkflowUserResponse', {
  user: one(WorkflowUser),
});
export type WorkflowUserResponse = Static<typeof WorkflowUserResponse>;

/** An answer with `my_user_id`, `users`. */
export const WorkflowUsersResponse = answer('WorkflowUsersResponse', {
  my_user_id: int32('The caller.'),
  users: many(WorkflowUser),
});
export type WorkflowUsersResponse = Static<typeof WorkflowUsersResponse>;
