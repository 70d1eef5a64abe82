import {
  events as catalogue,
  categoryPermissions,
  type EventDescription,
} from '@perennial/contract/events.ts';
import { expansions } from '@perennial/contract/expansions.ts';

/** The key or the OAuth client that a webhook belongs to, with the user it acts for. */
export interface Owner {
  /** `key:<id>` or `oauth:<client id>`, as {@link Actor.applicationId}. */
  readonly applicationId: string;
  /** The user of an OAuth client that saved the webhook last. Absent for keys, and for webhooks made before owners had users. */
  readonly userId?: number;
}

/** What an owner may do at this moment. */
export interface OwnerAccess {
  /** The name of the key, or of the application and its user. */
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
}

/** Finds what an owner may do; undefined when its key, user, grant or application is gone. At most a few hundred milliseconds old. */
export type FindOwnerAccess = (
  merchantId: string,
  owner: Owner,
) => Promise<OwnerAccess | undefined>;

/** The permission that an event is shown for; undefined for an event that the catalogue does not know, which is shown to no caller. */
export function permissionFor(eventName: string): string | undefined {
  const description = describe(eventName);
  return description && categoryPermissions[description.category];
}

/** Whether a caller with these permissions may see the event. */
export function mayHear(permissions: ReadonlySet<string>, eventName: string): boolean {
  const needed = permissionFor(eventName);
  return needed !== undefined && permissions.has(needed);
}

/** The permissions that a caller lacks to see these events, sorted, each once. */
export function missingPermissions(
  permissions: ReadonlySet<string>,
  eventNames: readonly string[],
): string[] {
  const needed = eventNames.flatMap((name) => permissionFor(name) ?? []);
  return [...new Set(needed)].filter((each) => !permissions.has(each)).sort();
}

/**
 * The expansions that a subscription may name. `management` is not among them: it holds the link to the customer's card page, and a
 * link that grants rights is never sent to a webhook, whatever its owner may do.
 */
export function expansionsFor(description: EventDescription): readonly string[] {
  if (description.expansion === undefined) return [];
  return expansions[description.expansion].filter((name) => !grantingExpansions.has(name));
}

const grantingExpansions: ReadonlySet<string> = new Set(['management']);

/** The catalogue's entry of an event, or undefined. */
export function describe(eventName: string): EventDescription | undefined {
  return Object.hasOwn(catalogue, eventName)
    ? (catalogue as Readonly<Record<string, EventDescription>>)[eventName]
    : undefined;
}
