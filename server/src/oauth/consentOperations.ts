import type { IdFactory } from '../kernel/ids.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { mailUser } from '../staff/accountNewsOperations.ts';
import { newCredential, parseCredential } from '../staff/credential.ts';
import { type Access, findAccess } from '../staff/staffStore.ts';
import type { Application } from './application.ts';
import { findApplication } from './applicationStore.ts';
import { type AuthorizationRequest, redirectTo } from './authorization.ts';
import { decideDevice } from './deviceStore.ts';
import { recordGiven } from './grantLogOperations.ts';
import {
  insertCode,
  insertGrant,
  insertTicket,
  type NewGrant,
  type Ticket,
  takeTicket,
} from './grantStore.ts';

/** A request for consent: from an application in a browser, or from a device that shows a code. */
export type ConsentRequest =
  | ({ readonly kind: 'browser' } & AuthorizationRequest)
  | { readonly kind: 'device'; readonly userCode: string };

/** The parts that a request for consent needs. */
export interface ConsentParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  /** Returns the address at which users reach this server. It is the issuer of codes and tokens. */
  publicUrl(): Promise<string>;
}

/** The result of the user's decision. */
export type Decided =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'device'; readonly isAllowed: boolean }
  /** The page was open for too long, or the decision was sent twice. */
  | { readonly kind: 'stale' };

/**
 * Returns those permissions of an application that the user has, because a user cannot give others.
 */
export const given = (application: Application, access: Access): string[] =>
  application.permissions.filter((permission) => access.permissions.includes(permission));

/**
 * Issues a ticket for one decision of the user who has just logged in. Only the page contains it.
 * There is no cookie, so another site cannot make the browser send it.
 */
export async function issueTicket(
  { db, clock, ids }: ConsentParts,
  merchantId: string,
  holder: Omit<Ticket, 'request'>,
  request: ConsentRequest,
): Promise<string> {
  const ticket = newCredential(ids, merchantId);
  await insertTicket(
    db,
    merchantId,
    ticket.hash,
    { ...holder, request },
    clock.now().add({ seconds: ticketSeconds }),
  );
  return ticket.text;
}

/** Carries out the decision of the user who holds the ticket. */
export async function decideConsent(
  parts: ConsentParts,
  ticketText: string,
  isAllowed: boolean,
  address: string,
): Promise<Decided> {
  const credential = parseCredential(ticketText);
  if (!credential) return { kind: 'stale' };
  const { merchantId, hash } = credential;
  const now = parts.clock.now();
  const iss = await parts.publicUrl();
  return parts.db.transaction(async (tx): Promise<Decided> => {
    const ticket = await takeTicket(tx, merchantId, hash, now);
    const application = ticket && (await findApplication(tx, ticket.clientId));
    const access = ticket && (await findAccess(tx, merchantId, ticket.userId));
    if (!ticket || !application || application.disabledAt || !access) return { kind: 'stale' };
    const request = ticket.request as ConsentRequest;
    const grant: NewGrant | undefined = isAllowed
      ? {
          merchantId,
          grantId: parts.ids.uuid(),
          clientId: ticket.clientId,
          userId: ticket.userId,
          permissions: given(application, access),
          passwordVersion: ticket.passwordVersion,
        }
      : undefined;
    if (grant) {
      await insertGrant(tx, grant, now);
      await recordGiven(tx, grant, { name: access.name, address });
      await mailUser(tx, merchantId, grant.userId, {
        change: 'application',
        detail: `${application.name}: ${grant.permissions.join(', ')}`,
        by: access.name,
        address,
        at: now,
      });
    }
    if (request.kind === 'device')
      return (await decideDevice(tx, request.userCode, grant, now))
        ? { kind: 'device', isAllowed }
        : { kind: 'stale' };
    const { redirectUri, state, codeChallenge } = request;
    if (!grant)
      return {
        kind: 'redirect',
        location: redirectTo(redirectUri, {
          error: 'access_denied',
          error_description: 'The user did not allow it.',
          state,
          iss,
        }),
      };
    const code = newCredential(parts.ids, merchantId);
    await insertCode(tx, grant, {
      hash: code.hash,
      redirectUri,
      codeChallenge,
      expiresAt: now.add({ seconds: codeSeconds }),
    });
    return { kind: 'redirect', location: redirectTo(redirectUri, { code: code.text, state, iss }) };
  });
}

const ticketSeconds = 600;
// The browser sends the code at once. RFC 6749 allows ten minutes at most.
const codeSeconds = 120;
