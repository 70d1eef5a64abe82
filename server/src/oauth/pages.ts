import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cardFieldOf } from '../kernel/cardNumbers.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import { accountSteps } from '../platform/http/accountSteps.ts';
import { formOf } from '../platform/http/forms.ts';
import { isOwnOrigin } from '../platform/http/ownPage.ts';
import { sendPrivatePage } from '../platform/http/privatePage.ts';
import { addressSubject } from '../platform/http/request.ts';
import { type LoggedIn, type LogInFailure, type LogInParts, logIn } from '../staff/logIn.ts';
import type { Application } from './application.ts';
import { findApplication } from './applicationStore.ts';
import {
  type AuthorizationFault,
  authorizationParameters,
  parseAuthorization,
  redirectTo,
} from './authorization.ts';
import {
  type ConsentParts,
  type ConsentRequest,
  decideConsent,
  given,
  issueTicket,
} from './consentOperations.ts';
import {
  consentMessagePage,
  consentPage,
  contentSecurityPolicy,
  type LogInForm,
  logInPage,
} from './consentPage.ts';
import { normalUserCode } from './deviceOperations.ts';
import { findWaitingDevice } from './deviceStore.ts';
import { grantEnd } from './grantLife.ts';

/** The parts that the OAuth pages need. */
export interface OauthPageParts extends ConsentParts, LogInParts {
  /** Whether every application must use PKCE. */
  readonly isStrict?: boolean | undefined;
}

/**
 * Adds the pages on which a user lets an application act for them: log in, see what it requests,
 * allow or deny. They have no script and no cookies. A log-in lasts only for the decision whose
 * ticket is in its page, so no other site can use it.
 */
export function addOauthPages(server: FastifyInstance, parts: OauthPageParts): void {
  server.get(authorizePath, async (request, reply) =>
    showAuthorization(parts, queryOf(request), reply),
  );
  server.post(authorizePath, { bodyLimit: formLimitBytes }, async (request, reply) =>
    (await isForeign(parts, request))
      ? send(reply, foreign)
      : authorize(parts, formOf(request), request, reply),
  );
  server.post(consentPath, { bodyLimit: formLimitBytes }, async (request, reply) =>
    (await isForeign(parts, request))
      ? send(reply, foreign)
      : conclude(parts, formOf(request), request, reply),
  );
  server.get(devicePath, async (request, reply) =>
    send(reply, { status: 200, html: deviceForm(queryOf(request)) }),
  );
  server.post(devicePath, { bodyLimit: formLimitBytes }, async (request, reply) =>
    (await isForeign(parts, request))
      ? send(reply, foreign)
      : connectDevice(parts, formOf(request), request, reply),
  );
}

/** The page on which a user enters the code from a device. */
export const devicePath = '/device';
const authorizePath = '/rest/v2/oauth/authorize';
const consentPath = '/rest/v2/oauth/consent';
const formLimitBytes = 20_000;

interface Page {
  readonly status: number;
  readonly html: string;
  /** The address to which the page's form may lead back. */
  readonly redirectUri?: string;
}

async function showAuthorization(
  parts: OauthPageParts,
  parameters: URLSearchParams,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { application, parsed } = await readAuthorization(parts, parameters);
  if (!parsed.ok) return sendFault(parts, reply, parsed.reason);
  return send(reply, { status: 200, html: logInPage(formFor(application!, parameters)) });
}

async function authorize(
  parts: OauthPageParts,
  form: URLSearchParams,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { application, parsed } = await readAuthorization(parts, form);
  if (!parsed.ok) return sendFault(parts, reply, parsed.reason);
  if (cardFieldOf(form) !== undefined)
    return sendCardFault(reply, { ...formFor(application!, form), login: '', merchantId: '' });
  const entered = await logInWith(parts, form, request);
  if (!entered.ok) return sendLogIn(reply, entered.reason, formFor(application!, form));
  if (owesSteps(entered.value)) return send(reply, unfinished);
  return sendConsent(parts, reply, application!, entered.value, {
    kind: 'browser',
    ...parsed.value,
  });
}

async function connectDevice(
  parts: OauthPageParts,
  form: URLSearchParams,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (cardFieldOf(form) !== undefined) return sendCardFault(reply, { userCode: '' });
  // The log-in comes first, so that only users can try codes.
  const entered = await logInWith(parts, form, request);
  const userCode = normalUserCode(form.get('user_code') ?? '');
  if (!entered.ok)
    return sendLogIn(reply, entered.reason, { carried: {}, ...typedIn(form), userCode });
  if (owesSteps(entered.value)) return send(reply, unfinished);
  const device = await findWaitingDevice(parts.db, userCode, parts.clock.now());
  const application = device && (await findApplication(parts.db, device.clientId));
  if (!application || application.disabledAt) {
    return send(reply, {
      status: 400,
      html: logInPage({
        carried: {},
        ...typedIn(form),
        userCode,
        fault:
          'No device waits with that code. Codes work for fifteen minutes; look again, or begin again on the device.',
      }),
    });
  }
  return sendConsent(parts, reply, application, entered.value, { kind: 'device', userCode });
}

async function conclude(
  parts: OauthPageParts,
  form: URLSearchParams,
  { ip }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const decision = form.get('decision');
  if (decision !== 'allow' && decision !== 'deny') return send(reply, stale);
  const decided = await decideConsent(parts, form.get('ticket') ?? '', decision === 'allow', ip);
  switch (decided.kind) {
    case 'redirect':
      return guarded(reply).redirect(decided.location, 303);
    case 'device':
      return send(reply, {
        status: 200,
        html: decided.isAllowed
          ? consentMessagePage(
              'Your device is connected',
              'The device continues by itself in a few seconds. You can close this page.',
            )
          : consentMessagePage('Denied', 'The device was not connected. You can close this page.'),
      });
    case 'stale':
      return send(reply, stale);
  }
}

const stale: Page = {
  status: 400,
  html: consentMessagePage(
    'This page is too old',
    'It was open for more than ten minutes, or was sent before. Go back to the application and begin again.',
  ),
};
const foreign: Page = {
  status: 400,
  html: consentMessagePage(
    'This came from elsewhere',
    'Another site sent this form. Go back to the application and begin again.',
  ),
};

const unfinished: Page = {
  status: 401,
  html: consentMessagePage(
    'Your account is not ready yet',
    'Log in to the console and do what it asks for: another password, or a second factor. ' +
      'Then begin again in the application.',
  ),
};

/**
 * Whether a user must finish other steps first, and so cannot allow an application anything yet.
 */
const owesSteps = ({ access, context }: LoggedIn): boolean =>
  accountSteps(access, context.merchant).length > 0;

async function readAuthorization({ db, isStrict }: OauthPageParts, parameters: URLSearchParams) {
  const clientId = parameters.get('client_id');
  const application = clientId === null ? undefined : await findApplication(db, clientId);
  return { application, parsed: parseAuthorization(parameters, application, isStrict) };
}

function logInWith(parts: OauthPageParts, form: URLSearchParams, request: FastifyRequest) {
  const { merchantId, login } = typedIn(form);
  return logIn(parts, {
    merchantId,
    login,
    // The whole password is used. One that is cut only here would never match.
    password: form.get('password') ?? '',
    code: form.get('code') || undefined,
    address: request.ip,
    addressSubject: addressSubject(request),
    userAgent: request.headers['user-agent'] ?? '',
  });
}

const loginMax = 50;

const typedIn = (form: URLSearchParams) => ({
  merchantId: upperCode(form.get('merchant_id') ?? '')
    .slice(0, 5)
    .toWellFormed(),
  login: [...(form.get('login') ?? '').trim()].slice(0, loginMax).join(''),
});

async function sendConsent(
  parts: OauthPageParts,
  reply: FastifyReply,
  application: Application,
  { context, access, passwordVersion }: LoggedIn,
  request: ConsentRequest,
): Promise<FastifyReply> {
  const { merchantId, name: merchantName } = context.merchant;
  const holder = { userId: access.userId, clientId: application.clientId, passwordVersion };
  const ticket = await issueTicket(parts, merchantId, holder, request);
  const userCode = request.kind === 'device' ? request.userCode : undefined;
  const html = consentPage({
    application,
    userName: access.name,
    merchantName,
    given: given(application, access),
    userCode,
    until: grantEnd(parts.clock.now()).toString().slice(0, 10),
    ticket,
  });
  return send(reply, {
    status: 200,
    html,
    ...(request.kind === 'browser' ? { redirectUri: request.redirectUri } : {}),
  });
}

/** Shows an empty form again. The entered values are neither stored nor shown. */
const sendCardFault = (reply: FastifyReply, form: Partial<LogInForm>): FastifyReply =>
  send(reply, {
    status: 400,
    html: logInPage({
      carried: {},
      ...form,
      fault:
        'This looks like a card number. Enter merchant, login and password; card numbers are never accepted.',
    }),
  });

function sendLogIn(reply: FastifyReply, failure: LogInFailure, form: LogInForm): FastifyReply {
  if (failure.kind === 'wrong')
    return send(reply, {
      status: 401,
      html: logInPage({ ...form, fault: 'The merchant, the login and the password do not match.' }),
    });
  if (failure.kind === 'code') {
    const why = failure.isWrong ? 'The code was wrong or was used before.' : 'Add the code.';
    const how = 'Enter the password again, and the code that your authenticator app shows now.';
    return send(reply, {
      status: 401,
      html: logInPage({ ...form, fault: `${why} ${how}`, asksForCode: true }),
    });
  }
  if (failure.kind === 'expired') {
    const fault = 'This first password no longer works. Ask an administrator for another one.';
    return send(reply, { status: 401, html: logInPage({ ...form, fault }) });
  }
  const fault = `Too many attempts. Try again in ${failure.seconds} ${failure.seconds === 1 ? 'second' : 'seconds'}.`;
  return send(reply.header('Retry-After', String(failure.seconds)), {
    status: 429,
    html: logInPage({ ...form, fault }),
  });
}

async function sendFault(
  { publicUrl }: OauthPageParts,
  reply: FastifyReply,
  fault: AuthorizationFault,
): Promise<FastifyReply> {
  if (fault.kind === 'page')
    return send(reply, {
      status: fault.status,
      html: consentMessagePage(fault.title, fault.message),
    });
  return guarded(reply).redirect(
    redirectTo(fault.redirectUri, {
      error: fault.error,
      error_description: fault.description,
      state: fault.state,
      // This names the issuer, so that an application that uses several servers cannot attribute
      // the response to another one (RFC 9207).
      iss: await publicUrl(),
    }),
    303,
  );
}

function formFor(application: Application, parameters: URLSearchParams): LogInForm {
  const carried = Object.fromEntries(
    authorizationParameters.flatMap((name) =>
      parameters.has(name) ? [[name, parameters.get(name)!]] : [],
    ),
  );
  return { application, carried, ...typedIn(parameters) };
}

const deviceForm = (query: URLSearchParams): string =>
  logInPage({
    carried: {},
    userCode: query.has('user_code') ? normalUserCode(query.get('user_code')!) : '',
  });

/**
 * Whether another site sent a form. Browsers name the site in `Sec-Fetch-Site` or, without that
 * header (plain http, old browsers), in `Origin`. A log-in form from another site could make the
 * user act in that site's account.
 */
async function isForeign({ publicUrl }: OauthPageParts, request: FastifyRequest): Promise<boolean> {
  const { 'sec-fetch-site': site, origin } = request.headers;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && !isOwnOrigin(origin, request, await publicUrl());
}

const queryOf = (request: FastifyRequest): URLSearchParams =>
  new URL(request.url, 'http://here').searchParams;

const send = (reply: FastifyReply, { status, html, redirectUri }: Page): FastifyReply =>
  sendPrivatePage(guarded(reply), { status, html, policy: contentSecurityPolicy(redirectUri) });

const guarded = (reply: FastifyReply): FastifyReply =>
  reply
    // With only `no-referrer`, browsers would not send an Origin with our own forms. They use the
    // last policy that they know.
    .header('Referrer-Policy', 'no-referrer, same-origin')
    .header('X-Frame-Options', 'DENY');
