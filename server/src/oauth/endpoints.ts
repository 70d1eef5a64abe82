import type { ErrorCode } from '@perennial/contract/errors.ts';
import type {
  OauthDeviceAuthorizationResponse,
  OauthRevokeSuccessResponse,
} from '@perennial/contract/oauth.ts';
import { errorHeader, refusalHeader } from '@perennial/contract/operations.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cardFieldOf } from '../kernel/cardNumbers.ts';
import { readForm } from '../platform/http/forms.ts';
import type { RateLimiter } from '../platform/http/rateLimiter.ts';
import { refuse } from '../platform/http/refusal.ts';
import { headerText } from '../platform/http/reply.ts';
import { addressSubject } from '../platform/http/request.ts';
import { findUnstorable, storableText } from '../platform/http/storableText.ts';
import { allPermissions } from '../staff/apiKey.ts';
import { authorizeDevice } from './deviceOperations.ts';
import { serverMetadata } from './metadata.ts';
import { devicePath } from './pages.ts';
import {
  type Form,
  fault,
  grantTokens,
  type OauthOutcome,
  type OauthParts,
  revoke,
} from './tokenOperations.ts';

/** The parts that the OAuth endpoints need. */
export interface OauthEndpointParts extends OauthParts {
  readonly limiter: RateLimiter;
  /** Returns the address at which users reach this server. */
  publicUrl(): Promise<string>;
  /** Called when tokens may have stopped working. */
  forgetTokens(): void;
}

/** Handles a form that a program sent from an address. */
type Endpoint = (form: Form, address: string) => Promise<OauthOutcome<object>>;

/**
 * Adds the endpoints for programs: `/oauth/token`, `/oauth/revoke`, `/oauth/device/authorize`. They
 * are outside the pipeline of operations, because neither caller nor merchant is known yet, and
 * because responses and refusals have the format of RFC 6749 instead of our envelope.
 */
export function addOauthEndpoints(server: FastifyInstance, parts: OauthEndpointParts): void {
  const post = (path: string, answer: Endpoint) =>
    server.post(`/rest/v2/oauth/${path}`, { bodyLimit: formLimitBytes }, async (request, reply) => {
      const excess = await parts.limiter.admit([addressSubject(request)]);
      if (excess)
        refuse(
          'rate_limited',
          { limit: excess.limit, seconds: excess.seconds },
          { retryAfterSeconds: excess.retryAfterSeconds },
        );
      const form = formOf(request);
      return sendOutcome(reply, form.ok ? await answer(form.value, request.ip) : form);
    });

  server.get('/.well-known/oauth-authorization-server', async (_request, reply) =>
    reply
      .header('Cache-Control', 'public, max-age=300')
      .type('application/json')
      .send(JSON.stringify(serverMetadata(await parts.publicUrl(), allPermissions))),
  );
  post('token', async (form, address) => {
    const granted = await grantTokens(parts, form, address);
    // A refusal may have revoked tokens of another caller.
    if (!granted.ok) parts.forgetTokens();
    return granted;
  });
  post('revoke', async (form, address) => {
    const revoked = await revoke(parts, form, address);
    parts.forgetTokens();
    if (!revoked.ok) return revoked;
    const value: OauthRevokeSuccessResponse = {
      successful: revoked.value,
      message: revoked.value
        ? 'The authorization and all of its tokens were revoked.'
        : 'This application has no such token.',
    };
    return { ok: true, value };
  });
  post('device/authorize', async (form) => {
    const codes = await authorizeDevice(parts, form);
    if (!codes.ok) return codes;
    const { deviceCode, userCode, expiresInSeconds, intervalSeconds } = codes.value;
    const verificationUri = (await parts.publicUrl()) + devicePath;
    const value: OauthDeviceAuthorizationResponse = {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
      expires_in: expiresInSeconds,
      interval: intervalSeconds,
    };
    return { ok: true, value };
  });
}

const formLimitBytes = 20_000;

/** Returns the form. Adds the name and secret of a client that sends them as Basic credentials. */
function formOf(request: FastifyRequest): OauthOutcome<Form> {
  const form = readForm(typeof request.body === 'string' ? request.body : '');
  const fields = [...form];
  const isJson = (request.headers['content-type'] ?? '').includes('json');
  const repeated = fields.find(
    ([name], i) => fields.findIndex(([other]) => other === name) !== i,
  )?.[0];
  if (isJson)
    return fault('invalid_request', 'send a form: Content-Type application/x-www-form-urlencoded');
  if (repeated !== undefined)
    return fault('invalid_request', `${repeated} is given more than once`);
  const cardField = cardFieldOf(form);
  if (cardField !== undefined)
    return fault('invalid_request', `${cardField} holds what looks like a card number`);
  const given: Form = Object.fromEntries(fields);
  const basic = basicCredentials(request, given);
  if (!basic.ok) return basic;
  const value: Form = { ...given, ...basic.value };
  return findUnstorable(value) === undefined
    ? { ok: true, value }
    : fault('invalid_request', `the Basic credentials must be ${storableText}`);
}

/**
 * Reads the name and secret from the header `Authorization: Basic …`. A client authenticates in
 * only one way per request (RFC 6749, 2.3). Its form may repeat the name, but not the secret.
 */
function basicCredentials({ headers }: FastifyRequest, form: Form): OauthOutcome<Form> {
  const { authorization = '' } = headers;
  if (!/^Basic(\s|$)/i.test(authorization)) return { ok: true, value: {} };
  const encoded = /^Basic\s+([\w+/=-]+)\s*$/i.exec(authorization)?.[1] ?? '';
  const match = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8'));
  if (match === null)
    return fault(
      'invalid_client',
      'the Basic credentials must be client_id:client_secret in Base64',
      401,
    );
  const [, id, secret] = match;
  if (form['client_secret'] !== undefined)
    return fault(
      'invalid_request',
      'send the secret in the header or in the form, and not in both',
    );
  if (form['client_id'] !== undefined && form['client_id'] !== id)
    return fault(
      'invalid_request',
      'the header and the form name different clients; send client_id in the header alone',
    );
  return { ok: true, value: { client_id: id, client_secret: secret } };
}

function sendOutcome(reply: FastifyReply, outcome: OauthOutcome<object>): FastifyReply {
  reply.header('Cache-Control', 'no-store').type('application/json');
  if (outcome.ok) return reply.send(JSON.stringify(outcome.value));
  const { status, error, description } = outcome.reason;
  // See RFC 6749, 5.2. Without an Authorization header from the client, this header would make a
  // browser ask its user for a password.
  if (status === 401 && reply.request.headers.authorization !== undefined)
    reply.header('WWW-Authenticate', 'Basic realm="Perennial"');
  return reply
    .code(status)
    .header(errorHeader, headerText(description))
    .header(refusalHeader, refusalCodes[error] ?? 'invalid_field')
    .send(JSON.stringify({ error, error_description: description }));
}

/** The code of our refusals for each error of RFC 6749 and RFC 8628 other than an invalid field. */
const refusalCodes: Readonly<Record<string, ErrorCode>> = {
  invalid_client: 'bad_credentials',
  invalid_grant: 'bad_credentials',
  expired_token: 'expired_token',
  access_denied: 'missing_permission',
  authorization_pending: 'state_conflict',
  slow_down: 'rate_limited',
};
