import { createHash } from 'node:crypto';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { Application } from './application.ts';

/** An application's request for the consent of a browser's user. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  /** The code challenge of PKCE, S256. */
  readonly codeChallenge?: string;
}

/**
 * The reason why the request is refused. The browser may be sent back with an error only if the
 * address is known to belong to the application. Otherwise the address may be an attacker's, so the
 * error is shown to the user instead.
 */
export type AuthorizationFault =
  | {
      readonly kind: 'page';
      readonly status: 400 | 410;
      readonly title: string;
      readonly message: string;
    }
  | {
      readonly kind: 'redirect';
      readonly redirectUri: string;
      readonly state: string | undefined;
      readonly error: string;
      readonly description: string;
    };

/** The parameters of a request, which the log-in form passes on. */
export const authorizationParameters = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
] as const;

/**
 * Parses the request of the application that `client_id` names (RFC 6749, section 4.1.1; RFC 7636).
 * `isProofRequired`: every application must use PKCE, not only public ones.
 */
export function parseAuthorization(
  parameters: URLSearchParams,
  application: Application | undefined,
  isProofRequired = false,
): Outcome<AuthorizationRequest, AuthorizationFault> {
  const redirectUri = parameters.get('redirect_uri') ?? '';
  const unsafe = whyUnsafe(parameters, redirectUri, application);
  if (unsafe) return failure({ kind: 'page', ...unsafe });

  const state = parameters.get('state') || undefined;
  const back: Back = (error, description) =>
    failure({ kind: 'redirect', redirectUri, state, error, description });
  const again = repeated(parameters, authorizationParameters);
  if (again) return back('invalid_request', `${again} is given more than once`);
  if (parameters.get('response_type') !== 'code')
    return back('unsupported_response_type', 'response_type must be code');
  // Without `state` the application could not distinguish its own request from one that an attacker
  // started.
  if (state === undefined) return back('invalid_request', 'state is missing');
  if (state.length > stateMax)
    return back('invalid_request', `state is longer than ${stateMax} characters`);
  const challenge = challengeIn(parameters, back);
  // Any program can pretend to be an application without a secret. So the verifier must prove that
  // the same program started this authorization (RFC 9700, section 2.1.1).
  const mustProve = isProofRequired || application?.kind === 'public';
  if (mustProve && challenge.ok && !challenge.value.codeChallenge)
    return back('invalid_request', 'code_challenge is missing: this application must use PKCE');
  return challenge.ok ? success({ redirectUri, state, ...challenge.value }) : challenge;
}

type PageFault = Extract<AuthorizationFault, { readonly kind: 'page' }>;

/** Refuses the request and sends the browser back to the application. */
type Back = (error: string, description: string) => Outcome<never, AuthorizationFault>;

/** Returns why the browser may not be sent back to the application; undefined if it may. */
function whyUnsafe(
  parameters: URLSearchParams,
  redirectUri: string,
  application: Application | undefined,
): Omit<PageFault, 'kind'> | undefined {
  const badLink = { status: 400, title: 'This link does not work' } as const;
  if (!application)
    return {
      ...badLink,
      message:
        'No application with this id is registered here. ' +
        'Go back to the application and begin again.',
    };
  if (
    repeated(parameters, ['client_id', 'redirect_uri']) ||
    !application.redirectUris.some((registered) => isRegistered(redirectUri, registered))
  )
    return {
      ...badLink,
      message:
        `It would lead back to an address that ${application.name} has not registered, so it ` +
        'may be a trap. Go back to the application and begin again.',
    };
  if (!application.disabledAt) return undefined;
  return {
    status: 410,
    title: 'This application was disabled',
    message: `${application.name} can no longer be connected.`,
  };
}

/** Reads the code challenge (RFC 7636, section 4.3). Empty if the request has none. */
function challengeIn(
  parameters: URLSearchParams,
  back: Back,
): Outcome<{ readonly codeChallenge?: string }, AuthorizationFault> {
  const codeChallenge = parameters.get('code_challenge') || undefined;
  if (codeChallenge === undefined)
    return parameters.get('code_challenge_method')
      ? back('invalid_request', 'code_challenge is missing')
      : success({});
  if (parameters.get('code_challenge_method') !== 'S256')
    return back('invalid_request', 'code_challenge_method must be S256');
  if (!/^[\w-]{43}$/.test(codeChallenge))
    return back('invalid_request', 'code_challenge must be 43 characters of base64url');
  return success({ codeChallenge });
}

/** Returns the registered address with added parameters. The existing parameters stay. */
export function redirectTo(
  redirectUri: string,
  added: Readonly<Record<string, string | undefined>>,
): string {
  const parameters = new URLSearchParams(
    Object.entries(added).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters}`;
}

/**
 * Whether `verifier` matches the challenge. A verifier without a challenge means that someone
 * removed the challenge from the request.
 */
export function isVerified(
  codeChallenge: string | undefined,
  verifier: string | undefined,
): boolean {
  if (codeChallenge === undefined || verifier === undefined) return codeChallenge === verifier;
  return createHash('sha256').update(verifier).digest('base64url') === codeChallenge;
}

/**
 * Whether an address is exactly the registered one. An application on the user's own machine
 * listens on any free port (RFC 8252, section 7.3), so the port of a loopback address is ignored.
 * `localhost` is treated the same way, because published clients use it.
 */
function isRegistered(given: string, registered: string): boolean {
  if (given === registered) return true;
  const [one, other] = [loopback.exec(given), loopback.exec(registered)];
  if (!one || !other) return false;
  const port = one.groups?.['port'];
  return (
    one.groups!['host'] === other.groups!['host'] &&
    one.groups!['rest'] === other.groups!['rest'] &&
    (port === undefined || (Number(port) > 0 && Number(port) < 65_536))
  );
}

const loopback =
  /^http:\/\/(?<host>127\.0\.0\.1|\[::1\]|localhost)(?::(?<port>\d{1,5}))?(?<rest>(?:[/?].*)?)$/;

const stateMax = 2000;

const repeated = (parameters: URLSearchParams, names: readonly string[]): string | undefined =>
  names.find((name) => parameters.getAll(name).length > 1);
