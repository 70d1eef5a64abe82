import type { Context } from '../platform/context.ts';
import type { Task, TaskObjectType } from './task.ts';

/** The facts that workflow needs about an object of another feature. */
export interface ObjectFacts {
  readonly key: string;
  readonly id: string;
  readonly email?: string | undefined;
  /** A description of the object in words, for the person who works on the task. */
  readonly context: string;
  /**
   * The stage of an order; undefined while its first charge is in flight, because the order will
   * then move by itself.
   */
  readonly stage?: string | undefined;
  readonly stock?: 'fine' | 'low' | 'out' | undefined;
  readonly cardMark?: string | undefined;
}

/**
 * Reads objects by the id that events use (`key`) or by the id that clients use (`name`); objects
 * that do not exist are absent. The app passes this function in, because the objects belong to
 * other features.
 */
export type ReadObjectFacts = (
  context: Context,
  type: TaskObjectType,
  by: 'key' | 'name',
  names: readonly string[],
) => Promise<ReadonlyMap<string, ObjectFacts>>;

/** Returns the fields of a task that describe its object: type, ids and email address. */
export function aboutObject(
  type: TaskObjectType,
  { key, id, email }: Pick<ObjectFacts, 'key' | 'id' | 'email'>,
): Pick<Task, 'object' | 'objectEmail'> {
  return {
    object: { type, key, id },
    objectEmail: email,
  };
}

/**
 * Returns the link to an object in the console. The console finds the object by its id, so a link
 * in an old mail or chat still works after the pages change.
 */
export const objectLink = (consoleUrl: string, id: string): string =>
  `${consoleUrl}/o/${encodeURIComponent(id)}`;
