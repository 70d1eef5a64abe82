import type { OauthGrant } from '@perennial/contract/oauth.ts';
import { wireDate } from '../kernel/calendar.ts';
import { isUuid } from '../kernel/ids.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import { refuseOutranked } from '../staff/rankOperations.ts';
import { grantEnd, oldestLiveGrant } from './grantLife.ts';
import { findGrant, type ListedGrant, listGrants, revokeGrant } from './grantStore.ts';

/** The functions from outside that the operations on grants need. */
export interface GrantParts {
  readonly clock: SystemClock;
  /** Drops the cached tokens of this process. */
  forgetTokens(): void;
}

/** Lists the caller's grants, or those of all users for a caller who may read the settings. */
export async function getGrants(
  context: Context,
  { clock }: GrantParts,
  page: Page,
): Promise<{ grants: OauthGrant[]; more: boolean }> {
  const { actor, merchant, db } = context;
  const seesAll = actor.permissions.has('configuration_read');
  const found = await listGrants(db, merchant.merchantId, {
    userId: seesAll ? undefined : actor.userId,
    since: oldestLiveGrant(clock.now()),
    limit: page.limit + 1,
    offset: page.offset,
  });
  const grants = found.slice(0, page.limit).map((each) => toWire(context, each));
  return { grants, more: found.length > page.limit };
}

/**
 * Ends a grant of the caller. A caller who may change settings may also end grants of users who
 * have no more permissions than the caller.
 */
export async function endGrant(
  context: Context,
  { clock, forgetTokens }: GrantParts,
  grantId: string,
): Promise<void> {
  await inTransaction(context, async (context) => {
    const { actor, merchant, db } = context;
    const grant = isUuid(grantId) ? await findGrant(db, merchant.merchantId, grantId) : undefined;
    const isTheirs = grant?.userId === actor.userId;
    if (!grant || !(isTheirs || actor.permissions.has('configuration_write'))) noGrant(grantId);
    if (!isTheirs) await refuseOutranked(context, [grant.userId]);
    if (!(await revokeGrant(db, grant, clock.now()))) noGrant(grantId);
    await recordAct(context, {
      act: 'revokeOauthGrant',
      objectType: 'grant',
      objectId: grantId,
      before: { clientId: grant.clientId, userId: grant.userId, permissions: grant.permissions },
    });
  });
  forgetTokens();
}

function noGrant(grantId: string): never {
  return refuse('not_found', { what: 'grant that you may end', id: grantId });
}

const toWire = ({ merchant: { timeZone } }: Context, grant: ListedGrant): OauthGrant => ({
  grant_id: grant.grantId,
  client_id: grant.clientId,
  application: grant.applicationName,
  user: { user_id: grant.userId, login: grant.login, name: grant.userName },
  permissions: [...grant.permissions],
  created_dts: wireDate(grant.createdAt, timeZone),
  expires_dts: wireDate(grantEnd(grant.createdAt), timeZone),
});
