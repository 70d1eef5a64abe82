import type { Context } from '../platform/context.ts';
import type { Task, TaskObjectType } from './task.ts';

/** What workflow must know of an object of another feature. */
export interface ObjectFacts {
  readonly key: string;
  readonly id: string;
  readonly email?: string | undefined;
  /** What it is, in words, for the person who works on it. */
  readonly context: string;
  /** Where an order stands; undefined while its first charge is under way, for it will move by itself. */
  readonly stage?: string | undefined;
  readonly stock?: 'fine' | 'low' | 'out' | undefined;
  readonly cardMark?: string | undefined;
}

/**
 * Reads objects by what events call them (`key`) or by what clients do (`name`); those that are not there are absent. Handed in by the app, because the objects lie in other
 * features.
 */
export type ReadObjectFacts = (
  context: Context,
  type: TaskObjectType,
  by: 'key' | 'name',
  names: readonly string[],
) => Promise<ReadonlyMap<string, ObjectFacts>>;

const consolePaths: Readonly<Record<TaskObjectType, string>> = {
  'auto order': '/auto-orders/',
  order: '/orders/',
  item: '/items/',
  'customer profile': '/customers/',
  storefront: '/storefronts/',
};

/** What a task says of its object: how it is called, and where it is in the console. */
export function aboutObject(
  type: TaskObjectType,
  { key, id, email }: Pick<ObjectFacts, 'key' | 'id' | 'email'>,
): Pick<Task, 'object' | 'objectUrl' | 'objectEmail'> {
  return {
    object: { type, key, id },
    objectUrl: consolePaths[type] + encodeURIComponent(id),
    objectEmail: email,
  };
}
