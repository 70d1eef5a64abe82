import { operations } from '@perennial/contract/operations.ts';
import type { SessionOptions, SessionRequest } from '@perennial/contract/session.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { upperCode } from '../kernel/caseFolding.ts';
import { payload } from '../platform/http/answer.ts';
import { inputParser } from '../platform/http/input.ts';
import { checkLogInPage, isSecure, keepPrivate } from '../platform/http/ownPage.ts';
import { refuse } from '../platform/http/refusal.ts';
import { rendered, send } from '../platform/http/reply.ts';
import { addressSubject, bodyOf } from '../platform/http/request.ts';
import { sessionCookie, sessionOfCookie } from '../platform/http/sessionCookie.ts';
import type { Database } from '../platform/storage/database.ts';
import { findOnlyMerchantId } from '../platform/tenancy/merchantStore.ts';
import { parseCredential } from './credential.ts';
import type { LogInAttempt, LogInFailure, LogInParts } from './logIn.ts';
import { isLive, type Session } from './session.ts';
import { openSession, type SessionParts } from './sessionOperations.ts';
import { deleteSession, findSession } from './sessionStore.ts';

/** The dependencies of the endpoints of sessions. */
export interface SessionEndpointParts extends SessionParts, LogInParts {
  /** The address at which people reach this server. */
  publicUrl(): Promise<string>;
}

/**
 * The endpoints for callers who are not authenticated yet: logging in, and the values that a log-in
 * page can fill in. They are outside the pipeline of operations, which starts with authentication.
 * The limit of the address does not apply, because a program behind the same address could lock
 * people out; `logIn` slows down repeated guesses.
 */
export function addSessionEndpoints(server: FastifyInstance, parts: SessionEndpointParts): void {
  server.post('/perennial/v1/session', { bodyLimit: bodyLimitBytes }, (request, reply) =>
    enter(parts, request, reply),
  );
  server.get('/perennial/v1/session/options', async (request, reply) => {
    keepPrivate(reply);
    const { getSessionOptions: operation } = operations;
    return send(reply, rendered(operation, payload(await optionsOf(parts, request))));
  });
}

const bodyLimitBytes = 20_000;
const parseLogIn = inputParser(operations.logIn);

async function enter(
  parts: SessionEndpointParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  keepPrivate(reply);
  const publicUrl = await parts.publicUrl();
  checkLogInPage(request, publicUrl);
  const { body } = parseLogIn({ params: {}, query: {}, body: bodyOf(request, operations.logIn) });
  const entered = await openSession(parts, {
    ...(await whoOf(parts, body as SessionRequest)),
    address: request.ip,
    addressSubject: addressSubject(request),
    userAgent: request.headers['user-agent'] ?? '',
  });
  if (!entered.ok) return refuseLogIn(entered.reason);
  const secure = isSecure(request, publicUrl);
  await endEarlier(parts, request.headers.cookie ?? '', secure);
  reply.header('Set-Cookie', sessionCookie(entered.value.credential.text, secure));
  return send(reply, rendered(operations.logIn, payload(entered.value.session)));
}

async function whoOf(
  { db }: SessionEndpointParts,
  { merchant_id, login, password, code }: SessionRequest,
): Promise<Pick<LogInAttempt, 'merchantId' | 'login' | 'password' | 'code'>> {
  const merchantId = merchant_id ? upperCode(merchant_id) : await findOnlyMerchantId(db);
  if (!merchantId) refuse('missing_field', { field: 'merchant_id' });
  if (!login) refuse('missing_field', { field: 'login' });
  if (!password) refuse('missing_field', { field: 'password' });
  return { merchantId, login, password, code: code || undefined };
}

function refuseLogIn(failed: LogInFailure): never {
  if (failed.kind === 'wrong') refuse('wrong_log_in', {});
  if (failed.kind === 'code') refuse('second_factor_needed', { isWrong: failed.isWrong });
  if (failed.kind === 'expired') refuse('expired_password', {});
  const { seconds } = failed;
  return refuse('too_many_attempts', { seconds }, { retryAfterSeconds: seconds });
}

/** Ends the browser's previous session, because its cookie is replaced and would be lost. */
async function endEarlier(
  { db, forget }: SessionEndpointParts,
  cookie: string,
  secure: boolean,
): Promise<void> {
  const earlier = await sessionIn(db, cookie, secure);
  if (!earlier) return;
  await deleteSession(db, earlier.merchantId, earlier.sessionId);
  forget();
}

async function sessionIn(
  db: Database,
  cookie: string,
  secure: boolean,
): Promise<Session | undefined> {
  const credential = parseCredential(sessionOfCookie(cookie, secure) ?? '');
  return credential && findSession(db, credential.merchantId, credential.hash);
}

async function optionsOf(
  { db, demo, clock, publicUrl }: SessionEndpointParts,
  request: FastifyRequest,
): Promise<SessionOptions> {
  const merchantId = await findOnlyMerchantId(db);
  const secure = isSecure(request, await publicUrl());
  const session = await sessionIn(db, request.headers.cookie ?? '', secure);
  return {
    ...(merchantId === undefined ? {} : { merchant_id: merchantId }),
    ...(demo ? { demo: { merchant_id: demo.merchantId, login: demo.login } } : {}),
    logged_in: session !== undefined && isLive(session, clock.now()),
  };
}
