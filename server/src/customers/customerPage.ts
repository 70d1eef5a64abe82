import { escapeHtml } from '../kernel/html.ts';
import { pageFrame } from '../kernel/pageFrame.ts';

/** An auto order as the customer's page shows it. */
export interface OwnAutoOrder {
  readonly code: string;
  readonly items: readonly string[];
  /** The status in words: `active`, `disabled`, … */
  readonly status: string;
  /** The day of the next shipment, such as `2026-03-01`. */
  readonly next?: string | undefined;
  /** The address where the customer replaces its card. Absent: the auto order has ended. */
  readonly cardUrl?: string | undefined;
  /** Whether the customer may cancel it on this page. */
  readonly mayCancel?: boolean | undefined;
}

/** Renders the page of a customer. Its address ends in this token. */
export function customerPage(
  merchantName: string,
  email: string,
  autoOrders: readonly OwnAutoOrder[],
  token: string,
): string {
  const list =
    autoOrders.length === 0
      ? '<p>You have no subscriptions.</p>'
      : `<ul>${autoOrders.map((each) => entry(each, token)).join('\n')}</ul>`;
  return frame.page(
    `Your subscriptions with ${merchantName}`,
    `
<h1>Your subscriptions</h1>
<p>With ${escapeHtml(merchantName)}, for ${escapeHtml(email)}.</p>
${list}`,
  );
}

function entry(autoOrder: OwnAutoOrder, token: string): string {
  const { code, items, status, next, cardUrl, mayCancel } = autoOrder;
  const what = items.length === 0 ? '' : `<br>${escapeHtml(items.join(', '))}`;
  const when = next === undefined ? '' : `<br>Next shipment: ${escapeHtml(next)}`;
  const link =
    cardUrl === undefined
      ? ''
      : `<br><a href="${escapeHtml(cardUrl)}">Update the card of ${escapeHtml(code)}</a>`;
  const path = `/customer/${token}/cancel/${encodeURIComponent(code)}`;
  const cancel =
    mayCancel === true ? `<br><a href="${escapeHtml(path)}">Cancel ${escapeHtml(code)}</a>` : '';
  const head = `<strong>${escapeHtml(code)}</strong> (${escapeHtml(status)})`;
  return `<li>${head}${what}${when}${link}${cancel}</li>`;
}

const frame = pageFrame(`
ul { padding-left: 1.2rem; }
li { margin-bottom: 1rem; }
a { color: var(--accent); }
`);

/** Allows only this page's style. */
export const customerPagePolicy = frame.policy();
