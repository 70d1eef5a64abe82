import { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import { type Column, recordset } from '../platform/storage/recordset.ts';
import type {
  Attachment,
  SystemTaskType,
  Task,
  TaskNote,
  TaskObjectType,
  TaskPriority,
  TaskProperty,
  TaskStatus,
} from './task.ts';

/** A row of `workflow_task`. */
export interface TaskRow {
  global_number: number;
  task_uuid: string;
  object_number: number | null;
  name: string;
  details: string | null;
  context: string | null;
  object_type: TaskObjectType | null;
  object_key: string | null;
  object_id: string | null;
  object_url: string | null;
  object_email: string | null;
  assigned_user_id: number | null;
  assigned_group_id: number | null;
  related_uuid: string | null;
  dependant_uuid: string | null;
  priority: TaskPriority;
  status: TaskStatus;
  system_type: SystemTaskType | null;
  created_at: Temporal.Instant;
  updated_at: Temporal.Instant;
  due_at: Temporal.Instant | null;
  delay_until: Temporal.Instant | null;
  expires_at: Temporal.Instant | null;
  created_by_user_id: number | null;
  created_by_name: string;
  tags: string[];
  properties: TaskProperty[];
  attachments: StoredAttachment[];
  notes: StoredNote[];
  card_mark: string | null;
  version: number;
}

interface StoredAttachment {
  file_uuid: string;
  file_name: string;
  mime_type: string;
}

interface StoredNote {
  note: string;
  at: string;
  edited_at?: string;
  original?: string;
  user_id?: number;
  user: string;
  attachments: StoredAttachment[];
}

const fixed = (name: keyof TaskRow, type: string, read: Column<Task>['read']) => ({
  name,
  type,
  read,
  changes: false,
});
const changing = (name: keyof TaskRow, type: string, read: Column<Task>['read']) => ({
  name,
  type,
  read,
  changes: true,
});

const taskColumns: readonly (Column<Task> & { readonly changes: boolean })[] = [
  fixed('global_number', 'int', (task) => task.globalNumber),
  fixed('task_uuid', 'text', (task) => task.taskUuid),
  fixed('object_number', 'int', (task) => task.objectNumber),
  changing('name', 'text', (task) => task.name),
  changing('details', 'text', (task) => task.details),
  changing('context', 'text', (task) => task.context),
  fixed('object_type', 'text', (task) => task.object?.type),
  fixed('object_key', 'text', (task) => task.object?.key),
  fixed('object_id', 'text', (task) => task.object?.id),
  changing('object_url', 'text', (task) => task.objectUrl),
  changing('object_email', 'text', (task) => task.objectEmail && foldTrimmed(task.objectEmail)),
  changing('assigned_user_id', 'int', (task) => task.assignedUserId),
  changing('assigned_group_id', 'int', (task) => task.assignedGroupId),
  changing('related_uuid', 'text', (task) => task.relatedUuid),
  changing('dependant_uuid', 'text', (task) => task.dependantUuid),
  changing('priority', 'text', (task) => task.priority),
  changing('status', 'text', (task) => task.status),
  fixed('system_type', 'text', (task) => task.systemType),
  fixed('created_at', 'timestamptz', (task) => task.createdAt),
  changing('updated_at', 'timestamptz', (task) => task.updatedAt),
  changing('due_at', 'timestamptz', (task) => task.dueAt),
  changing('delay_until', 'timestamptz', (task) => task.delayUntil),
  changing('expires_at', 'timestamptz', (task) => task.expiresAt),
  fixed('created_by_user_id', 'int', (task) => task.createdBy.userId),
  fixed('created_by_name', 'text', (task) => task.createdBy.name),
  changing('tags', 'text[]', (task) => task.tags),
  changing('properties', 'jsonb', (task) => task.properties),
  changing('attachments', 'jsonb', (task) => task.attachments.map(storedAttachment)),
  changing('notes', 'jsonb', (task) => task.notes.map(storedNote)),
  changing('card_mark', 'text', (task) => task.cardMark),
  changing('version', 'int', (task) => task.version),
];
/** The names of all columns, for a select. */
export const columns = taskColumns.map(({ name }) => name).join(', ');

/** The column that a text search looks in. */
const searchText: Column<Task> = {
  name: 'search_text',
  type: 'text',
  read: ({ name, details, object, objectEmail, notes }) =>
    fold(
      [name, details, object?.id, objectEmail, ...notes.map(({ text }) => text)]
        .filter((text) => text !== undefined)
        .join('\n'),
    ),
};
/** All columns of tasks, for inserts. */
export const taskRows = recordset([...taskColumns, searchText]);
/** The columns that a change may write. */
export const changeableRows = recordset([
  ...taskColumns.filter(({ changes }) => changes),
  searchText,
]);

const storedAttachment = ({ fileUuid, fileName, mimeType }: Attachment): StoredAttachment => ({
  file_uuid: fileUuid,
  file_name: fileName,
  mime_type: mimeType,
});

function storedNote({
  text,
  at,
  editedAt,
  original,
  by,
  attachments,
}: TaskNote): Readonly<Record<string, unknown>> {
  return {
    note: text,
    at: at.toString(),
    edited_at: editedAt?.toString(),
    original,
    user_id: by.userId,
    user: by.name,
    attachments: attachments.map(storedAttachment),
  };
}

/** Builds a task from its row. */
export function fromRow(row: TaskRow): Task {
  const given = <Value>(value: Value | null): Value | undefined => value ?? undefined;
  return {
    taskUuid: row.task_uuid,
    globalNumber: row.global_number,
    objectNumber: given(row.object_number),
    name: row.name,
    details: given(row.details),
    context: given(row.context),
    object:
      row.object_type === null
        ? undefined
        : {
            type: row.object_type,
            key: required(row.object_key, 'object_key'),
            id: required(row.object_id, 'object_id'),
          },
    objectUrl: given(row.object_url),
    objectEmail: given(row.object_email),
    assignedUserId: given(row.assigned_user_id),
    assignedGroupId: given(row.assigned_group_id),
    relatedUuid: given(row.related_uuid),
    dependantUuid: given(row.dependant_uuid),
    priority: row.priority,
    status: row.status,
    systemType: given(row.system_type),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    dueAt: given(row.due_at),
    delayUntil: given(row.delay_until),
    expiresAt: given(row.expires_at),
    createdBy: { userId: given(row.created_by_user_id), name: row.created_by_name },
    tags: row.tags,
    properties: row.properties,
    attachments: listOf(row.attachments).map(attachmentFrom),
    notes: listOf(row.notes).map((note) => noteFrom(note, row.created_at)),
    cardMark: given(row.card_mark),
    version: row.version,
  };
}

/**
 * Returns a stored list whose elements are objects; drops other elements, so that a change repairs
 * the list.
 */
const listOf = <Element>(list: readonly Element[]): readonly Element[] =>
  Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];

const attachmentFrom = (stored: StoredAttachment): Attachment => ({
  fileUuid: stored.file_uuid,
  fileName: stored.file_name,
  mimeType: stored.mime_type,
});

/** If a note's time cannot be read, uses that of the task's creation; its text stays. */
function noteFrom(stored: StoredNote, createdAt: Temporal.Instant): TaskNote {
  const editedAt = momentFrom(stored.edited_at);
  return {
    text: stored.note,
    at: momentFrom(stored.at) ?? createdAt,
    editedAt,
    original: stored.original,
    by: { userId: stored.user_id, name: stored.user },
    attachments: listOf(stored.attachments).map(attachmentFrom),
  };
}

function momentFrom(text: string | undefined): Temporal.Instant | undefined {
  try {
    return text === undefined ? undefined : Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
}
