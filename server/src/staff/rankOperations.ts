import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { withheldFrom } from './access.ts';
import { permissionsOfUsers } from './staffStore.ts';

/** Refuses a caller who lacks one of these permissions. */
export function refuseWithheld({ actor }: Context, permissions: Iterable<string>): void {
  const withheld = withheldFrom(actor, permissions);
  if (withheld.length > 0) refuse('missing_permission', { needed: withheld });
}

/**
 * Refuses a caller who lacks a permission that one of these users has: otherwise a clerk could
 * rename or delete an administrator or take away permissions. This applies to the caller's own
 * user, too: a key may have fewer permissions than its user.
 */
export async function refuseOutranked(context: Context, userIds: readonly number[]): Promise<void> {
  const { actor, db, merchant } = context;
  if (actor.kind === 'system' || userIds.length === 0) return;
  refuseWithheld(context, await permissionsOfUsers(db, merchant.merchantId, userIds));
}
