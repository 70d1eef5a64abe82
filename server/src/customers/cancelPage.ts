import { escapeHtml } from '../kernel/html.ts';
import { pageFrame } from '../kernel/pageFrame.ts';

/** The text that a customer reads before canceling an auto order. */
export interface Cancelation {
  readonly code: string;
  readonly items: readonly string[];
  /** The amount that is charged for the cancelation, such as `$20.00`. Absent: nothing. */
  readonly fee?: string | undefined;
  /** The reasons that the merchant offers: the stored values, and the texts for customers. */
  readonly reasons: readonly { readonly reason: string; readonly words: string }[];
}

/**
 * Renders the form that cancels an auto order. The form itself cancels nothing until it is sent.
 */
export function cancelPage(merchantName: string, cancelation: Cancelation): string {
  const { code, items, fee, reasons } = cancelation;
  const what = items.length === 0 ? '' : `: ${items.join(', ')}`;
  const cost =
    fee === undefined
      ? 'Nothing more will be charged.'
      : `It ends after one more charge of <strong>${escapeHtml(fee)}</strong>.`;
  return frame.page(
    'Cancel your subscription',
    `
<h1>Cancel your subscription</h1>
<p>Your subscription <strong>${escapeHtml(code)}</strong> with ${escapeHtml(merchantName + what)}.</p>
<p>${cost}</p>
<form method="post">
${reasonField(reasons)}
<button type="submit">Cancel this subscription</button>
</form>`,
  );
}

function reasonField(reasons: Cancelation['reasons']): string {
  if (reasons.length === 0) return '';
  const options = reasons
    .map(
      ({ reason, words }) => `<option value="${escapeHtml(reason)}">${escapeHtml(words)}</option>`,
    )
    .join('\n');
  return `<label for="reason">Why do you cancel?</label>
<select id="reason" name="reason"><option value="">I would rather not say</option>
${options}
</select>`;
}

const frame = pageFrame(`
select { margin-bottom: 1rem; }
`);

/** Allows only this page's style, and sending its form to this server. */
export const cancelPagePolicy = frame.policy();
