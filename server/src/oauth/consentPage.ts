import { escapeHtml } from '../kernel/html.ts';
import { pageFrame } from '../kernel/pageFrame.ts';
import type { Application } from './application.ts';

/** A log-in form and its hidden fields. */
export interface LogInForm {
  readonly application?: Application;
  /** The request to which the form belongs, as hidden fields. */
  readonly carried: Readonly<Record<string, string>>;
  /** The values that were entered before. They never include the password. */
  readonly merchantId?: string | undefined;
  readonly login?: string | undefined;
  /** For a device: the code that it shows. Its field is above the log-in. */
  readonly userCode?: string | undefined;
  /** Whether the user has a second factor. */
  readonly asksForCode?: boolean;
  /** The reason why the log-in failed. */
  readonly fault?: string | undefined;
}

/** The log-in page, for a browser or a device. */
export function logInPage({
  application,
  carried,
  merchantId = '',
  login = '',
  userCode,
  asksForCode,
  fault,
}: LogInForm): string {
  const title = userCode === undefined ? 'Log in' : 'Connect a device';
  const purpose = application
    ? `<p>to connect <strong>${escapeHtml(application.name)}</strong>.</p>`
    : '<p>Type the code that your device shows, and log in.</p>';
  return frame.page(
    `${fault === undefined ? '' : 'Please check: '}${title}`,
    `
<h1>${title}</h1>
${purpose}
${fault === undefined ? '' : `<p role="alert" class="fault" id="fault">${escapeHtml(fault)}</p>`}
<form method="post">
${hidden(carried)}
${userCode === undefined ? '' : field('user_code', userCode)}
${field('merchant_id', merchantId)}
${field('login', login)}
${field('password', '')}
${asksForCode ? field('code', '') : ''}
<button type="submit">Log in</button>
</form>`,
  );
}

/** The decision that a user is asked to make. */
export interface Consent {
  readonly application: Application;
  readonly userName: string;
  readonly merchantName: string;
  /** The permissions that the application requests and the user has. */
  readonly given: readonly string[];
  /** The day on which a grant that is given now ends, for people to read. */
  readonly until: string;
  readonly userCode?: string | undefined;
  readonly ticket: string;
}

/** The page on which a user allows or denies the request. */
export function consentPage({
  application,
  userName,
  merchantName,
  given,
  userCode,
  until,
  ticket,
}: Consent): string {
  const withheld = application.permissions.filter((permission) => !given.includes(permission));
  const where =
    userCode === undefined
      ? ''
      : ` on the device that shows <strong>${escapeHtml(userCode)}</strong>`;
  return frame.page(
    `Connect ${application.name}?`,
    `
<h1>Connect ${escapeHtml(application.name)}?</h1>
${application.description === '' ? '' : `<p>${escapeHtml(application.description)}</p>`}
<p>You are <strong>${escapeHtml(userName)}</strong> of ${escapeHtml(merchantName)}.</p>
${givenWords(given, where)}
${withheldWords(withheld)}
<form method="post" action="/rest/v2/oauth/consent">
${hidden({ ticket })}
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny" class="other">Deny</button>
</form>
<p class="note">Allowed until ${escapeHtml(until)}, until you get a new password, or until you disconnect it.</p>
<p class="note">Not you? Close this page and begin again in the application.</p>`,
  );
}

function givenWords(given: readonly string[], where: string): string {
  if (given.length > 0)
    return `<p>It wants to act for you${where}, and then may:</p>${list(given)}`;
  return (
    '<p>It requests no permission that you have, ' + 'so it will not be able to do anything.</p>'
  );
}

function withheldWords(withheld: readonly string[]): string {
  if (withheld.length === 0) return '';
  const words = escapeHtml(withheld.map(inWords).join(', ').toLowerCase());
  return `<p class="note">It will not be able to: ${words}. You may not do that yourself.</p>`;
}

/** A final page: the request failed, with the reason, or it is done. */
export function consentMessagePage(title: string, message: string): string {
  return frame.page(
    title,
    `\n<h1>${escapeHtml(title)}</h1>\n<p role="status">${escapeHtml(message)}</p>`,
  );
}

const hidden = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    )
    .join('\n');

/** The fields of the log-in form: label, type, and hints for filling them in. */
const fields = {
  user_code: {
    label: 'Code on the device',
    type: 'text',
    rest: 'autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20"',
  },
  merchant_id: {
    label: 'Merchant',
    type: 'text',
    rest: 'autocomplete="organization" autocapitalize="characters" spellcheck="false" maxlength="5"',
  },
  login: {
    label: 'Login',
    type: 'text',
    rest: 'autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="50"',
  },
  password: {
    label: 'Password',
    type: 'password',
    rest: 'autocomplete="current-password" maxlength="400"',
  },
  code: {
    label: 'Code of the authenticator app, or a recovery code',
    type: 'text',
    rest: 'autocomplete="one-time-code" spellcheck="false" maxlength="40"',
  },
} as const;

function field(name: keyof typeof fields, value: string): string {
  const { label, type, rest } = fields[name];
  return (
    `<label for="${name}">${label}</label>\n<input id="${name}" name="${name}" type="${type}" ` +
    `value="${escapeHtml(value)}" required ${rest}>`
  );
}

const list = (permissions: readonly string[]): string =>
  `<ul>${permissions.map((permission) => `<li>${escapeHtml(inWords(permission))}</li>`).join('')}</ul>`;

/** `auto_order_read` → Read auto orders. */
function inWords(permission: string): string {
  const verb = permission.endsWith('_read') ? 'Read' : 'Change';
  const resource = permission.replace(/_(read|write)$/, '');
  return `${verb} ${resourceWords[resource] ?? `${resource.replaceAll('_', ' ')}s`}`;
}

const resourceWords: Readonly<Record<string, string>> = {
  workflow: 'tasks',
  configuration: 'settings',
  user: 'users and groups',
};

const frame = pageFrame(`
h1 { overflow-wrap: anywhere; }
label { margin-top: 1rem; }
button { margin-top: 1.25rem; border: 2px solid var(--accent); }
button.other { margin-top: .75rem; background: transparent; color: inherit; }
.fault { border: 2px solid var(--fault); border-radius: .35rem; padding: .6rem 1rem; }
`);

/**
 * Returns the policy of these pages. It allows only this page's style and form. The policy of a
 * page that leads back to an application also allows that application's scheme.
 */
export function contentSecurityPolicy(redirectUri?: string): string {
  return frame.policy(redirectUri === undefined ? [] : [new URL(redirectUri).protocol]);
}
