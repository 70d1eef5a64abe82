import {
  events as catalogue,
  categoryPermissions,
  type EventDescription,
  type EventName,
} from '@perennial/contract/events.ts';
import { expansions } from '@perennial/contract/expansions.ts';

/** The key or OAuth client that owns a webhook, with the user for whom it acts. */
export interface Owner {
  /** `key:<id>` or `oauth:<client id>`, like {@link Actor.applicationId}. */
  readonly applicationId: string;
  /**
   * The user for whom an OAuth client last saved the webhook. Absent for keys, and for webhooks
   * that were created before owners had users.
   */
  readonly userId?: number;
}

/** The current access of an owner. */
export interface OwnerAccess {
  /** The name of the key, or of the application and its user. */
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
}

/**
 * Finds the current permissions of an owner; undefined when its key, user, grant or application is
 * gone. The result may be a few hundred milliseconds old.
 */
export type FindOwnerAccess = (
  merchantId: string,
  owner: Owner,
) => Promise<OwnerAccess | undefined>;

/**
 * Returns the permission that is needed to see an event; undefined for an event that is not in the
 * catalogue, which no caller may see.
 */
export function permissionFor(eventName: string): string | undefined {
  const description = describe(eventName);
  return description && categoryPermissions[description.category];
}

/** Returns whether a caller with these permissions may see the event. */
export function mayHear(permissions: ReadonlySet<string>, eventName: string): boolean {
  const needed = permissionFor(eventName);
  return needed !== undefined && permissions.has(needed);
}

/** Returns the permissions that a caller lacks to see these events, sorted, each once. */
export function missingPermissions(
  permissions: ReadonlySet<string>,
  eventNames: readonly string[],
): string[] {
  const needed = eventNames.flatMap((name) => permissionFor(name) ?? []);
  return [...new Set(needed)].filter((each) => !permissions.has(each)).sort();
}

/**
 * Returns the expansions that a subscription may name. `management` is not among them: it contains
 * the link to the customer's card page, and a link that grants access is never sent to a webhook,
 * whatever permissions its owner has.
 */
export function expansionsFor(description: EventDescription): readonly string[] {
  if (description.expansion === undefined) return [];
  return expansions[description.expansion].filter((name) => !grantingExpansions.has(name));
}

const grantingExpansions: ReadonlySet<string> = new Set(['management']);

/** The events of the catalogue with their names. */
export const catalogueRows = Object.entries(catalogue) as readonly [EventName, EventDescription][];

/** Returns the catalogue's entry of an event; undefined for an unknown name. */
export function describe(eventName: string): EventDescription | undefined {
  return Object.hasOwn(catalogue, eventName)
    ? (catalogue as Readonly<Record<string, EventDescription>>)[eventName]
    : undefined;
}
