import { escapeHtml } from '../kernel/html.ts';
import { pageFrame } from '../kernel/pageFrame.ts';
import { expirationYears, type FormFaults, type FormField } from './billingForm.ts';

/** The parts of a subscription that the page shows. */
export interface Subscription {
  readonly merchantName: string;
  readonly autoOrderCode: string;
  readonly itemDescriptions: readonly string[];
  /** The card in use, such as `VISA ending in 1111`. */
  readonly card?: string | undefined;
  /** True when a new card is of no use any more. */
  readonly hasEnded: boolean;
}

/**
 * Renders the form, with the faults of the last one sent. Never shows a token that the customer
 * typed.
 */
export function formPage(
  subscription: Subscription,
  thisYear: number,
  faults: FormFaults = {},
  chosen: URLSearchParams = new URLSearchParams(),
): string {
  const { merchantName, autoOrderCode, itemDescriptions, card } = subscription;
  const isFaulty = Object.keys(faults).length > 0;
  const items = itemDescriptions.length === 0 ? '' : `: ${itemDescriptions.join(', ')}`;
  return frame.page(
    `${isFaulty ? 'Please check: ' : ''}Update your card`,
    `
<h1>Update your card</h1>
<p>For your subscription <strong>${escapeHtml(autoOrderCode)}</strong>
with ${escapeHtml(merchantName + items)}.</p>
${card === undefined ? '' : `<p>We now charge your ${escapeHtml(card)}.</p>`}
${faultSummary(faults)}
<form method="post" novalidate>
${tokenField(faults)}
<fieldset>
<legend>Expires</legend>
${choice('expiration_month', 'Month', months, faults, chosen)}
${choice(
  'expiration_year',
  'Year',
  expirationYears(thisYear).map((year) => [String(year), String(year)]),
  faults,
  chosen,
)}
</fieldset>
<button type="submit">Save this card</button>
</form>
<p class="note">We never accept card numbers here.
The token comes from the secure card form of the shop.</p>`,
  );
}

/** Renders the confirmation that the card is saved. */
export function savedPage({ merchantName, autoOrderCode }: Subscription): string {
  return frame.page(
    'Your card is updated',
    `
<h1>Your card is updated</h1>
<p role="status">From now on ${escapeHtml(merchantName)} charges the new card
for your subscription <strong>${escapeHtml(autoOrderCode)}</strong>.
You can close this page.</p>`,
  );
}

/** Renders a page without a form: why the card cannot be changed here, and what to do instead. */
export function messagePage(title: string, message: string): string {
  return frame.page(title, `\n<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(message)}</p>`);
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
].map((name, index): [string, string] => [
  String(index + 1),
  `${String(index + 1).padStart(2, '0')} – ${name}`,
]);

function faultSummary(faults: FormFaults): string {
  const entries = Object.entries(faults);
  if (entries.length === 0) return '';
  const links = entries
    .map(([field, fault]) => `<li><a href="#${field}">${escapeHtml(fault)}</a></li>`)
    .join('');
  return `<div role="alert" class="faults"><h2>The card was not saved</h2><ul>${links}</ul></div>`;
}

function tokenField(faults: FormFaults): string {
  const untouched = 'autocomplete="off" autocapitalize="none" spellcheck="false"';
  return `<label for="card_token">Card token</label>
<input id="card_token" name="card_token" type="text" ${untouched}
maxlength="200" required${described('card_token', faults)}>
${faultLine('card_token', faults)}`;
}

function choice(
  field: FormField,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  faults: FormFaults,
  chosen: URLSearchParams,
): string {
  const entries = options
    .map(
      ([value, text]) =>
        `<option value="${value}"${chosen.get(field) === value ? ' selected' : ''}>${text}</option>`,
    )
    .join('');
  return `<div><label for="${field}">${label}</label>
<select id="${field}" name="${field}" required${described(field, faults)}>
<option value="">Choose</option>${entries}</select>
${faultLine(field, faults)}</div>`;
}

const described = (field: FormField, faults: FormFaults): string =>
  faults[field] === undefined ? '' : ` aria-invalid="true" aria-describedby="${field}_fault"`;

const faultLine = (field: FormField, faults: FormFaults): string =>
  faults[field] === undefined
    ? ''
    : `<p class="fault" id="${field}_fault">${escapeHtml(faults[field])}</p>`;

const frame = pageFrame(`
[aria-invalid] { border: 2px solid var(--fault); }
fieldset { border: 0; padding: 0; margin: 1.25rem 0; display: flex; gap: 1rem; }
fieldset div { flex: 1; }
fieldset label { font-weight: 400; }
.faults { border: 2px solid var(--fault); border-radius: .35rem; }
.faults { padding: 0 1rem; margin: 1.25rem 0; }
.faults h2 { font-size: 1.1rem; }
.faults ul { padding-left: 1.2rem; }
.faults a { color: inherit; }
.fault { color: var(--fault); margin: .3rem 0 0; }
`);

/** Allows only this page's own style, and sending its form back to this server. */
export const contentSecurityPolicy = frame.policy();
