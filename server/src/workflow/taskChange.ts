import type {
  WorkflowAttachment,
  WorkflowNote,
  WorkflowTask,
} from '@perennial/contract/workflow.ts';
import { Temporal } from 'temporal-polyfill';
import { dateOf } from '../platform/http/dates.ts';
import type { TaskObjectType, TaskPriority, TaskProperty, TaskStatus } from './task.ts';

/** A client's change of a task: an undefined field stays, null clears it. */
export interface TaskChange {
  readonly name?: string | null | undefined;
  readonly details?: string | null | undefined;
  readonly context?: string | null | undefined;
  readonly objectType?: TaskObjectType | null | undefined;
  readonly objectId?: string | null | undefined;
  readonly objectUrl?: string | null | undefined;
  readonly objectEmail?: string | null | undefined;
  readonly assignedUserId?: number | null | undefined;
  readonly assignedGroupId?: number | null | undefined;
  readonly relatedUuid?: string | null | undefined;
  readonly dependantUuid?: string | null | undefined;
  readonly priority?: TaskPriority | null | undefined;
  readonly status?: TaskStatus | null | undefined;
  readonly dueAt?: Temporal.Instant | null | undefined;
  readonly delayUntil?: Temporal.Instant | null | undefined;
  readonly expiresAt?: Temporal.Instant | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly properties?: readonly TaskProperty[] | null | undefined;
  readonly attachments?: readonly GivenAttachment[] | null | undefined;
  readonly notes?: readonly GivenNote[] | undefined;
}

/** A file that a client names: one of the task, or a new upload. */
export interface GivenAttachment {
  readonly fileUuid?: string | undefined;
  readonly uploadKey?: string | undefined;
  readonly fileName?: string | undefined;
}

/** A note that a client sends: a stored one, recognized by its author and time, or a new one. */
export interface GivenNote {
  readonly text: string;
  readonly at?: Temporal.Instant | undefined;
  readonly userId?: number | undefined;
  readonly userName?: string | undefined;
  readonly attachments: readonly GivenAttachment[];
}

/** Parses a task in the wire format; ignores fields that only the server sets. */
export function changeFrom(body: WorkflowTask, zone: string): TaskChange {
  return {
    name: trimmed(body.task_name),
    details: body.task_details,
    context: body.task_context,
    objectType: body.object_type,
    objectId: trimmed(body.object_id),
    objectUrl: body.object_url,
    objectEmail: trimmed(body.object_email),
    assignedUserId: idOf(body.assigned_to_user_id),
    assignedGroupId: idOf(body.assigned_to_group_id),
    relatedUuid: trimmed(body.related_workflow_task_uuid),
    dependantUuid: trimmed(body.dependant_workflow_task_uuid),
    priority: body.priority,
    status: body.status,
    dueAt: momentFrom(body.due_dts, 'due_dts', zone),
    delayUntil: momentFrom(body.delay_until_dts, 'delay_until_dts', zone),
    expiresAt: momentFrom(body.expiration_dts, 'expiration_dts', zone),
    tags: body.tags && tidyTags(body.tags),
    properties:
      body.properties &&
      body.properties.map((property) => ({
        name: property.name ?? '',
        value: property.value ?? '',
      })),
    attachments: body.attachments && body.attachments.map(attachmentFrom),
    notes: body.notes?.map((note, index) => noteFrom(note, `notes[${index}]`, zone)),
  };
}

/** Returns the tags without surrounding spaces and duplicates. */
export const tidyTags = (tags: readonly string[]): string[] => [
  ...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== '')),
];

/**
 * Parses a date of a change: undefined keeps, null clears, a text becomes a time. Refuses a text
 * that is not a date.
 */
export const momentFrom = (
  text: string | null | undefined,
  field: string,
  zone: string,
): Temporal.Instant | null | undefined =>
  text === undefined || text === null ? text : dateOf(text, field, zone);

/** Parses an id. No user has the id 0; clients that cannot send null send 0 to clear. */
export const idOf = (id: number | null | undefined): number | null | undefined =>
  id === 0 ? null : id;

function trimmed(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' ? text.trim() || null : text;
}

function attachmentFrom({
  file_uuid: fileUuid,
  upload_key: uploadKey,
  file_name: fileName,
}: WorkflowAttachment): GivenAttachment {
  return {
    fileUuid: fileUuid ?? undefined,
    uploadKey: uploadKey ?? undefined,
    fileName: fileName ?? undefined,
  };
}

function noteFrom(note: WorkflowNote, path: string, zone: string): GivenNote {
  return {
    text: note.note ?? '',
    at: momentFrom(note.note_dts, `${path}.note_dts`, zone) ?? undefined,
    userId: note.user?.user_id ?? undefined,
    userName: note.user?.user ?? undefined,
    attachments: (note.attachments ?? []).map(attachmentFrom),
  };
}
