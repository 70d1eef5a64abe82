import { readFileSync } from 'node:fs';
import { escapeHtml } from '../kernel/html.ts';
import { type PageScript, pageFrame } from '../kernel/pageFrame.ts';
import { expirationYears, type FormFaults, type FormField } from './billingForm.ts';
import type { BrowserForm, Confirmation } from './cardForm.ts';

/** The parts of a subscription that the page shows. */
export interface ShownSubscription {
  readonly merchantName: string;
  readonly autoOrderCode: string;
  readonly itemDescriptions: readonly string[];
  /** The card in use, such as `VISA ending in 1111`. */
  readonly card?: string | undefined;
  /** Whether the auto order has ended, so that a new card would not be used. */
  readonly hasEnded: boolean;
}

/** The contents of the page. */
export interface CardPage {
  readonly subscription: ShownSubscription;
  readonly thisYear: number;
  /** How a card is entered here; absent: it cannot be entered. */
  readonly entry?: CardEntry | undefined;
  /** The payment that the customer must confirm, if there is one. */
  readonly payment?: { readonly amount: string; readonly confirmation?: Confirmation } | undefined;
}

/** Our own form for a token, or the gateway's form. */
export type CardEntry =
  | { readonly kind: 'token' }
  | { readonly kind: 'gateway'; readonly browser: BrowserForm; readonly currency: string };

/** A page with the Content-Security-Policy that it needs. */
export interface RenderedPage {
  readonly html: string;
  readonly policy: string;
}

/**
 * Renders the form, with the faults of the last one that was sent. It never shows the token that
 * the customer typed.
 */
export function formPage(
  page: CardPage,
  faults: FormFaults = {},
  chosen: URLSearchParams = new URLSearchParams(),
): RenderedPage {
  const { subscription, entry, payment } = page;
  const { merchantName, autoOrderCode, itemDescriptions, card } = subscription;
  const isFaulty = Object.keys(faults).length > 0;
  const items = itemDescriptions.length === 0 ? '' : `: ${itemDescriptions.join(', ')}`;
  const title = payment === undefined ? 'Update your card' : 'Confirm your payment';
  return rendered(
    `${isFaulty ? 'Please check: ' : ''}${title}`,
    `
<h1>${title}</h1>
<p>For your subscription <strong>${escapeHtml(autoOrderCode)}</strong>
with ${escapeHtml(merchantName + items)}.</p>
${faultSummary(faults)}
${payment === undefined ? '' : confirmSection(payment)}
${card === undefined ? '' : `<p>We now charge your ${escapeHtml(card)}.</p>`}
<div id="card">${entryForm(page, faults, chosen)}</div>`,
    entry?.kind === 'gateway' ? scriptOf(entry, payment?.confirmation) : undefined,
  );
}

function entryForm(
  { subscription, entry, thisYear }: CardPage,
  faults: FormFaults,
  chosen: URLSearchParams,
): string {
  if (entry === undefined)
    return `<p>A new card cannot be entered here at the moment.
Please ask ${escapeHtml(subscription.merchantName)} for help.</p>`;
  return entry.kind === 'token' ? tokenForm(thisYear, faults, chosen) : gatewayForm;
}

/** Renders the form of a gateway. The gateway's library draws the fields in its own frame. */
const gatewayForm = `<form method="post" id="card_form">
<div id="card_fields"></div>
<p role="alert" class="fault"></p>
<input type="hidden" name="setup_intent">
<button type="submit">Save this card</button>
</form>
<noscript><p class="fault">This form needs JavaScript, which your browser does not run.</p></noscript>
<p class="note">The card goes from your browser to Stripe. We never see its number.</p>`;

const confirmSection = ({ amount, confirmation }: NonNullable<CardPage['payment']>): string => `
<p>Your bank wants you to confirm a payment of <strong>${escapeHtml(amount)}</strong>.
Nothing is charged before you confirm it.</p>
<form method="post" id="confirm_form">
<p role="alert" class="fault"></p>
<input type="hidden" name="step" value="${confirmation === undefined ? 'ask bank' : 'confirmed'}">
<button type="submit">Confirm the payment</button>
</form>
<h2>Or use another card</h2>`;

function tokenForm(thisYear: number, faults: FormFaults, chosen: URLSearchParams): string {
  return `<form method="post" novalidate>
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
The token comes from the secure card form of the shop.</p>`;
}

/**
 * Renders the page of the simulator's bank, which asks the customer as real banks do (3-D Secure).
 * `fields` are sent back with the customer's choice.
 */
export function bankPage(question: string, fields: Readonly<Record<string, string>>): RenderedPage {
  const hidden = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('\n');
  return rendered(
    'Your bank asks',
    `
<h1>Your bank asks</h1>
<p>${escapeHtml(question)}</p>
<form method="post">
${hidden}
<p><button type="submit" name="bank" value="yes">Yes, it is me</button></p>
<p><button type="submit" name="bank" value="no">No</button></p>
</form>
<p class="note">This is the simulator’s bank. No money moves.</p>`,
  );
}

/** Renders the page that thanks the customer for confirming a payment. */
export function paidPage({ merchantName, autoOrderCode }: ShownSubscription, amount: string) {
  return rendered(
    'Your payment is confirmed',
    `
<h1>Your payment is confirmed</h1>
<p role="status">You paid ${escapeHtml(amount)} to ${escapeHtml(merchantName)}
for your subscription <strong>${escapeHtml(autoOrderCode)}</strong>.
You can close this page.</p>`,
  );
}

/** Renders the confirmation that the card was saved. */
export function savedPage({ merchantName, autoOrderCode }: ShownSubscription): RenderedPage {
  return rendered(
    'Your card is updated',
    `
<h1>Your card is updated</h1>
<p role="status">From now on ${escapeHtml(merchantName)} charges the new card
for your subscription <strong>${escapeHtml(autoOrderCode)}</strong>.
You can close this page.</p>`,
  );
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
  const title = faults.card === undefined ? 'The card was not saved' : 'This did not work';
  const links = entries
    .map(([field, fault]) => `<li><a href="#${field}">${escapeHtml(fault)}</a></li>`)
    .join('');
  return `<div role="alert" class="faults"><h2>${title}</h2><ul>${links}</ul></div>`;
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

function rendered(title: string, body: string, script?: PageScript): RenderedPage {
  return { html: frame.page(title, body, script), policy: frame.policy([], script) };
}

const scriptText = readFileSync(new URL('billingScript.js', import.meta.url), 'utf8');

/**
 * The script of a page with Stripe's form, and the sources that Stripe's library needs (its
 * documentation).
 */
function scriptOf(
  { browser, currency }: Extract<CardEntry, { kind: 'gateway' }>,
  confirmation: Confirmation | undefined,
): PageScript {
  const library = new URL(browser.scriptUrl).origin;
  return {
    text: scriptText,
    libraryUrl: browser.scriptUrl,
    frames: [library, 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
    calls: ['https://api.stripe.com'],
    data: {
      'stripe-key': browser.publishableKey,
      currency: currency.toLowerCase(),
      'client-secret': confirmation?.clientSecret,
      'payment-method': confirmation?.paymentMethod,
    },
  };
}
