import { appendEntry, hasEntrySince } from '../platform/auditLog/auditLog.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Application, applicationIdOf } from './application.ts';
import type { Grant } from './grantStore.ts';

/** The actor of a change to a grant: its user in a browser, or its application. */
export interface GrantActor {
  readonly name: string;
  readonly address: string;
}

/** The application as the actor of its requests to the token endpoint. */
export const applicationActor = ({ name }: Application, address: string): GrantActor => ({
  name,
  address,
});

/** Records that a user allowed an application, in the transaction that stores the grant. */
export const recordGiven = (
  tx: Database,
  grant: Omit<Grant, 'createdAt'>,
  by: GrantActor,
): Promise<void> => record(tx, grant, by, { act: 'allowOauthGrant', after: described(grant) });

/**
 * Records a refresh, but only the first in a day from each address. Applications refresh every
 * hour, and the log must show the addresses that a thief uses.
 */
export async function recordRefreshed(
  tx: Database,
  grant: Omit<Grant, 'createdAt'>,
  by: GrantActor,
): Promise<void> {
  const entry = { act: 'refreshOauthGrant', ...named(grant), address: by.address };
  if (await hasEntrySince(tx, grant.merchantId, entry, refreshHours)) return;
  await record(tx, grant, by, { act: 'refreshOauthGrant', after: {} });
}

const refreshHours = 24;

/** Records that a grant ended, with the reason if the application did not request it. */
export const recordRevoked = (
  tx: Database,
  grant: Omit<Grant, 'createdAt'>,
  by: GrantActor,
  reason?: string,
): Promise<void> =>
  record(tx, grant, by, {
    act: 'revokeOauthGrant',
    before: described(grant),
    ...(reason === undefined ? {} : { after: { reason } }),
  });

const record = (
  tx: Database,
  grant: Omit<Grant, 'createdAt'>,
  { name, address }: GrantActor,
  act: { readonly act: string; readonly before?: object; readonly after?: object },
): Promise<void> =>
  appendEntry(
    tx,
    grant.merchantId,
    {
      kind: 'oauth',
      name,
      userId: grant.userId,
      applicationId: applicationIdOf(grant.clientId),
      address,
    },
    { ...named(grant), ...act },
  );

const named = ({ grantId }: Pick<Grant, 'grantId'>) => ({
  objectType: 'grant',
  objectId: grantId,
});

const described = ({ clientId, userId, permissions }: Omit<Grant, 'createdAt'>) => ({
  clientId,
  userId,
  permissions,
});
