import type {
  systemTaskTypes,
  taskObjectTypes,
  taskPriorities,
  taskStatuses,
} from '@perennial/contract/workflow.ts';
import type { Temporal } from 'temporal-polyfill';

/** The status of a task. */
export type TaskStatus = (typeof taskStatuses)[number];
/** The priority of a task. */
export type TaskPriority = (typeof taskPriorities)[number];
/** The kinds of objects that tasks are about. */
export type TaskObjectType = (typeof taskObjectTypes)[number];
/** The kinds of tasks that the server raises. */
export type SystemTaskType = (typeof systemTaskTypes)[number];

/** Work that needs a person, in its stored form (workflow reference, WorkflowTask). */
export interface Task {
  readonly taskUuid: string;
  /**
   * The number of the task within the merchant, from 1. It is assigned when the task is stored,
   * like `objectNumber`.
   */
  readonly globalNumber: number;
  /** The number of the task among those about the object, from 1. */
  readonly objectNumber?: number | undefined;
  readonly name: string;
  readonly details?: string | undefined;
  readonly context?: string | undefined;
  readonly object?: TaskObject | undefined;
  /** The path of the object in the console. */
  readonly objectUrl?: string | undefined;
  readonly objectEmail?: string | undefined;
  /** A task is assigned to a user or to a group, never both. */
  readonly assignedUserId?: number | undefined;
  readonly assignedGroupId?: number | undefined;
  readonly relatedUuid?: string | undefined;
  /** The task that must be closed before this one can be. */
  readonly dependantUuid?: string | undefined;
  readonly priority: TaskPriority;
  readonly status: TaskStatus;
  readonly systemType?: SystemTaskType | undefined;
  readonly createdAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
  readonly dueAt?: Temporal.Instant | undefined;
  readonly delayUntil?: Temporal.Instant | undefined;
  readonly expiresAt?: Temporal.Instant | undefined;
  readonly createdBy: ChangeAuthor;
  readonly tags: readonly string[];
  readonly properties: readonly TaskProperty[];
  readonly attachments: readonly Attachment[];
  readonly notes: readonly TaskNote[];
  /** Distinguishes cards without revealing them; only in tasks about payments. */
  readonly cardMark?: string | undefined;
  readonly version: number;
}

/** A task before its numbers are assigned. */
export type NewTask = Omit<Task, 'globalNumber' | 'objectNumber'>;

/** Returns the common fields of tasks that the server raises: open, urgent, without additions. */
export const raisedBy = (createdBy: ChangeAuthor, at: Temporal.Instant) =>
  ({
    priority: '3 - high',
    status: 'open',
    createdAt: at,
    updatedAt: at,
    createdBy,
    tags: [],
    properties: [],
    attachments: [],
    notes: [],
    version: 1,
  }) as const satisfies Partial<NewTask>;

/** The object that a task is about. */
export interface TaskObject {
  readonly type: TaskObjectType;
  /** The id that events use: an auto order's oid, an item's oid, else the id itself. */
  readonly key: string;
  /**
   * The id on the wire: auto order code, order id, item id, profile oid. An auto order that a
   * client named by its oid keeps that name.
   */
  readonly id: string;
  /** The id in the console's link. Absent: `id`. */
  readonly linkId?: string | undefined;
}

/** The author of a change: a user, or a key or process, which has only a name. */
export interface ChangeAuthor {
  readonly userId?: number | undefined;
  readonly name: string;
}

/** A name and a value that clients store with a task. */
export interface TaskProperty {
  readonly name: string;
  readonly value: string;
}

/** A file of a task or a note. */
export interface Attachment {
  readonly fileUuid: string;
  readonly fileName: string;
  readonly mimeType: string;
}

/** A note of a task. */
export interface TaskNote {
  readonly text: string;
  readonly at: Temporal.Instant;
  readonly editedAt?: Temporal.Instant | undefined;
  /** The text before the first edit. */
  readonly original?: string | undefined;
  readonly by: ChangeAuthor;
  readonly attachments: readonly Attachment[];
}

/** A line of a task's history. */
export interface HistoryLine {
  readonly taskUuid: string;
  readonly at: Temporal.Instant;
  readonly description: string;
  readonly by: ChangeAuthor;
  readonly address?: string | undefined;
}

/** Returns whether a task with this status still needs work. */
export const isOpenStatus = (status: TaskStatus): boolean => !status.startsWith('closed');
