import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { withheldFrom } from './access.ts';
import { permissionsOfUsers } from './staffStore.ts';

/** Refuses the caller who does not have all of these permissions. */
export function refuseWithheld({ actor }: Context, permissions: Iterable<string>): void {
  const withheld = withheldFrom(actor, permissions);
  if (withheld.length > 0) refuse('missing_permission', { needed: withheld });
}

/**
 * Refuses the caller who lacks a permission that one of these users has: otherwise a clerk could
 * rename, disarm or delete an administrator. That holds for the caller's own user, too: a key may
 * have less than the user that it belongs to.
 */
export async function refuseOutranked(context: Context, userIds: readonly number[]): Promise<void> {
  const { actor, db, merchant } = context;
  if (actor.kind === 'system' || userIds.length === 0) return;
  refuseWithheld(context, await permissionsOfUsers(db, merchant.merchantId, userIds));
}
