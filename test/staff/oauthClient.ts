import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after } from 'node:test';
import { randomIds } from '../../server/src/kernel/ids.ts';
import type { Application } from '../../server/src/oauth/application.ts';
import { insertApplication } from '../../server/src/oauth/applicationStore.ts';
import { hashSecret } from '../../server/src/staff/credential.ts';
import { type TestApp, type TestAppOptions, testApp, testNow } from '../support/app.ts';
import { addUser } from '../support/staff.ts';

/**
 * A server on a port, a user who can log in, and functions with which OAuth's tests act as a
 * browser and as an application.
 */
export interface OauthWorld {
  readonly app: TestApp;
  readonly baseUrl: string;
  readonly userId: number;
  registerApplication(changes?: ApplicationChanges): Promise<string>;
  /** Sends a browser's GET or, with `form`, its POST. Redirects are not followed. */
  browse(
    path: string,
    form?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Sends a POST of an application. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Calls the API with a token. */
  call(token: string, path?: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Logs in, allows the application, and returns the code. */
  obtainCode(clientId: string, changes?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs the whole code flow, and returns the tokens. */
  connect(clientId: string): Promise<{ access_token: string; refresh_token: string }>;
}

export interface ApplicationChanges {
  readonly permissions?: readonly string[];
  readonly redirectUris?: readonly string[];
  readonly kind?: Application['kind'];
  readonly secret?: string;
  readonly deviceScope?: string;
}

/** The fields of all responses of OAuth. A test reads those of the endpoint that it called. */
interface OauthJson
  extends Readonly<
    Record<
      | 'access_token'
      | 'refresh_token'
      | 'token_type'
      | 'scope'
      | 'error'
      | 'error_description'
      | 'device_code'
      | 'user_code'
      | 'verification_uri'
      | 'verification_uri_complete',
      string
    >
  > {
  readonly expires_in: number;
  readonly interval: number;
  readonly successful: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: URL | undefined;
  /**
   * The body as JSON, with the fields of every endpoint. A test reads those of the endpoint that it
   * called.
   */
  readonly json: OauthJson;
}

export const password = 'correct horse battery';
export const redirectUri = 'https://client.example/callback?tenant=7';
export const credentials = { merchant_id: 'test', login: 'ann', password };

export async function oauthWorld(options: TestAppOptions = {}): Promise<OauthWorld> {
  const app = await testApp(options);
  const baseUrl = await app.app.http.listen({ host: '127.0.0.1', port: 0 });
  after(() => app.app.http.close());
  const userId = await addUser(app.db, 'TEST', {
    login: 'ann',
    name: 'Ann <Smith>',
    permissions: ['order_read', 'order_write', 'webhook_read', 'webhook_write'],
    password,
  });
  const post: OauthWorld['post'] = (path, form, headers = {}) =>
    ask(baseUrl + path, { method: 'POST', body: new URLSearchParams(form), headers });
  const browse: OauthWorld['browse'] = (path, form, headers = {}) =>
    form
      ? post(path, form, { 'sec-fetch-site': 'same-origin', ...headers })
      : ask(baseUrl + path, { headers });
  return {
    app,
    baseUrl,
    userId,
    browse,
    post,
    registerApplication: (changes) => registerApplication(app, changes),
    call: (token, path = '/rest/v2/order/orders', headers = {}) =>
      ask(baseUrl + path, {
        headers: {
          authorization: `Bearer ${token}`,
          'x-ultracart-api-version': '2017-03-01',
          ...headers,
        },
      }),
    obtainCode: (clientId, changes) => obtainCode(browse, clientId, changes),
    async connect(clientId) {
      const answer = await post('/rest/v2/oauth/token', {
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code: await obtainCode(browse, clientId),
      });
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    },
  };
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const location = response.headers.get('location');
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    location: location === null ? undefined : new URL(location),
    json: isJson ? JSON.parse(text) : undefined,
  };
}

async function registerApplication(
  app: TestApp,
  {
    permissions = ['order_read', 'item_read'],
    redirectUris = [redirectUri],
    kind = 'compatible',
    secret,
    deviceScope,
  }: ApplicationChanges = {},
): Promise<string> {
  const clientId = randomIds.secret(16);
  await insertApplication(app.db, {
    clientId,
    name: 'Shipping <b>Desk</b>',
    description: 'It prints labels.',
    redirectUris,
    permissions,
    kind,
    createdAt: testNow,
    ...(secret === undefined ? {} : { secretHash: hashSecret(secret) }),
    ...(deviceScope === undefined ? {} : { deviceScope }),
  });
  return clientId;
}

async function obtainCode(
  browse: OauthWorld['browse'],
  clientId: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const consent = await browse('/rest/v2/oauth/authorize', {
    ...authorization(clientId),
    ...credentials,
    ...changes,
  });
  assert.equal(consent.status, 200, consent.text);
  const decided = await browse('/rest/v2/oauth/consent', {
    ticket: ticketIn(consent.text),
    decision: 'allow',
  });
  return decided.location!.searchParams.get('code')!;
}

/** Returns a valid authorization request. */
export const authorization = (clientId: string) => ({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: redirectUri,
  state: 'st&te=1',
});

export const queryOf = (parameters: Readonly<Record<string, string>>): string =>
  `?${new URLSearchParams(parameters)}`;

/** Returns the ticket in the form of a consent page. */
export const ticketIn = (html: string): string => /name="ticket" value="([^"]+)"/.exec(html)![1]!;

/** Returns the PKCE challenge of a verifier, with the method S256. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');
