import { createHash } from 'node:crypto';
import { escapeHtml } from '../kernel/html.ts';
import type { Application } from './application.ts';

/** A form for logging in, and what it carries along. */
export interface LogInForm {
  readonly application?: Application;
  /** Hidden fields: the request that the form is part of. */
  readonly carried: Readonly<Record<string, string>>;
  /** What was typed before; never the password. */
  readonly merchantId?: string | undefined;
  readonly login?: string | undefined;
  /** Of a device: the field for its code stands above. */
  readonly userCode?: string | undefined;
  /** Why it did not work. */
  readonly fault?: string | undefined;
}

/** Log in, for a browser or a device. */
export function logInPage({ application, carried, merchantId = '', login = '', userCode, fault }: LogInForm): string {
  const title = userCode === undefined ? 'Log in' : 'Connect a device';
  const purpose = application ? `<p>to connect <strong>${escapeHtml(application.name)}</strong>.</p>` : '<p>Type the code that your device shows, and log in.</p>';
  return page(`${fault === undefined ? '' : 'Please check: '}${title}`, `
<h1>${title}</h1>
${purpose}
${fault === undefined ? '' : `<p role="alert" class="fault" id="fault">${escapeHtml(fault)}</p>`}
<form method="post">
${hidden(carried)}
${userCode === undefined ? '' : field('user_code', 'Code on the device', userCode, 'text', 'autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20"')}
${field('merchant_id', 'Merchant', merchantId, 'text', 'autocomplete="organization" autocapitalize="characters" spellcheck="false" maxlength="5"')}
${field('login', 'Login', login, 'text', 'autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="50"')}
${field('password', 'Password', '', 'password', 'autocomplete="current-password" maxlength="200"')}
<button type="submit">Log in</button>
</form>`);
}

/** What a user is asked. */
export interface Consent {
  readonly application: Application;
  readonly userName: string;
  readonly merchantName: string;
  /** What the user can give, of what the application wants. */
  readonly given: readonly string[];
  readonly userCode?: string | undefined;
  readonly ticket: string;
}

/** Allow or deny. */
export function consentPage({ application, userName, merchantName, given, userCode, ticket }: Consent): string {
  const withheld = application.permissions.filter((permission) => !given.includes(permission));
  const where = userCode === undefined ? '' : ` on the device that shows <strong>${escapeHtml(userCode)}</strong>`;
  return page(`Connect ${application.name}?`, `
<h1>Connect ${escapeHtml(application.name)}?</h1>
${application.description === '' ? '' : `<p>${escapeHtml(application.description)}</p>`}
<p>You are <strong>${escapeHtml(userName)}</strong> of ${escapeHtml(merchantName)}.</p>
${given.length === 0 ? '<p>It asks for nothing that you may do yourself, so it will be able to do nothing.</p>' : `<p>It wants to act for you${where}, and then may:</p>${list(given)}`}
${withheld.length === 0 ? '' : `<p class="note">It will not be able to: ${escapeHtml(withheld.map(inWords).join(', ').toLowerCase())}. You may not do that yourself.</p>`}
<form method="post" action="/rest/v2/oauth/consent">
${hidden({ ticket })}
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny" class="other">Deny</button>
</form>
<p class="note">Not you? Close this page and begin again in the application.</p>`);
}

/** Nothing more can be done here; says why, or that it is done. */
export function messagePage(title: string, message: string): string {
  return page(title, `\n<h1>${escapeHtml(title)}</h1>\n<p role="status">${escapeHtml(message)}</p>`);
}

const hidden = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`).join('\n');

const field = (name: string, label: string, value: string, type: string, rest: string): string =>
  `<label for="${name}">${label}</label>\n<input id="${name}" name="${name}" type="${type}" value="${escapeHtml(value)}" required ${rest}>`;

const list = (permissions: readonly string[]): string => `<ul>${permissions.map((permission) => `<li>${escapeHtml(inWords(permission))}</li>`).join('')}</ul>`;

/** `auto_order_read` → Read auto orders. */
function inWords(permission: string): string {
  const verb = permission.endsWith('_read') ? 'Read' : 'Change';
  const resource = permission.replace(/_(read|write)$/, '');
  return `${verb} ${resourceWords[resource] ?? `${resource.replaceAll('_', ' ')}s`}`;
}

const resourceWords: Readonly<Record<string, string>> = { workflow: 'tasks', configuration: 'settings', user: 'users and groups' };

const style = `
:root { color-scheme: light dark; --line: light-dark(#767676, #8f8f8f); --fault: light-dark(#b3261e, #ff8a80); }
:root { --accent: light-dark(#0b57d0, #a8c7fa); --on-accent: light-dark(#ffffff, #062e6f); }
body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 8vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.75rem; margin-bottom: .5rem; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin: 1rem 0 .3rem; }
input { font: inherit; box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: .35rem; }
button { font: inherit; font-weight: 600; width: 100%; min-height: 2.75rem; margin-top: 1.25rem; border: 2px solid var(--accent); border-radius: .35rem; background: var(--accent); color: var(--on-accent); cursor: pointer; }
button.other { margin-top: .75rem; background: transparent; color: inherit; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.fault { border: 2px solid var(--fault); border-radius: .35rem; padding: .6rem 1rem; }
.note { font-size: .95rem; }
`;

/**
 * Forbids everything but this page's own style and its form. A browser holds where the answer to a form leads to against `form-action` as well, so the page
 * that leads back to an application names that scheme.
 */
export function contentSecurityPolicy(redirectUri?: string): string {
  const back = redirectUri === undefined ? '' : ` ${new URL(redirectUri).protocol}`;
  return [
    "default-src 'none'", `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`, `form-action 'self'${back}`, "base-uri 'none'", "frame-ancestors 'none'",
  ].join('; ');
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>${body}
</main>
</body>
</html>
`;
}
