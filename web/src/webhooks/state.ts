import type { MerchantWebhook, WebhookDelivery } from '@perennial/contract/perennial.ts';
import type { Tone } from '../kit/tone.ts';
import type { View } from '../kit/views.ts';

/** The health of a webhook: a word, its tone, and further facts for the person. */
export interface WebhookState {
  readonly tone: Tone;
  readonly word: string;
  /** The reason, which follows the word. */
  readonly why?: string | undefined;
  /** Since when, if that is known. */
  readonly since?: string | undefined;
}

/** Returns the state of a webhook. If several apply, the worst one. */
export function stateOf(webhook: MerchantWebhook): WebhookState {
  const { owner, disabled, disabled_reason: reason, missing_permissions: missing = [] } = webhook;
  if (disabled) return { tone: 'bad', word: 'Disabled', why: reason };
  if (owner?.state === 'gone')
    return { tone: 'bad', word: 'Owner gone', why: 'Its key or application was removed' };
  if (webhook.failing_since !== undefined)
    return {
      tone: 'warn',
      word: 'Failing',
      why: webhook.last_failure,
      since: webhook.failing_since,
    };
  if (missing.length > 0)
    return { tone: 'warn', word: 'Incomplete', why: `Its owner lacks ${missing.join(', ')}` };
  return (webhook.pending ?? 0) > 0
    ? { tone: 'note', word: 'Sending' }
    : { tone: 'good', word: 'Healthy' };
}

/** Sorts webhooks: those that need attention first, the others by their number. */
export function byNeed(webhooks: readonly MerchantWebhook[]): MerchantWebhook[] {
  const rank: Partial<Record<Tone, number>> = { bad: 0, warn: 1 };
  const rankOf = (webhook: MerchantWebhook) => rank[stateOf(webhook).tone] ?? 2;
  return webhooks.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Formats a share from 0 to 1 in percent. It is 100 % only if nothing failed. */
export const percent = (share: number | undefined): string =>
  share === undefined ? '–' : `${(Math.floor(share * 1000) / 10).toFixed(share === 1 ? 0 : 1)} %`;

/** The result of an attempt, and why there was no response. */
export function resultOf({ success, status_code: status, failure }: WebhookDelivery): {
  readonly tone: Tone;
  readonly words: string;
  readonly why?: string | undefined;
} {
  if (success) return { tone: 'good', words: `${status ?? 'Sent'}` };
  if (status !== undefined) return { tone: 'bad', words: `${status}` };
  return { tone: 'bad', words: 'No response', why: failure?.replace(/^no response: /, '') };
}

/**
 * Returns the action on a delivery: `try now` if its next attempt is waiting, `replay` if it has
 * ended. Only the latest attempt of a delivery has it.
 */
export function replayOf(
  { delivery_id: id, next_try_dts: next, attempt = 0 }: WebhookDelivery,
  all: readonly WebhookDelivery[],
): 'try now' | 'replay' | undefined {
  const isLatest = all.every((each) => each.delivery_id !== id || (each.attempt ?? 0) <= attempt);
  if (!isLatest) return undefined;
  return next === undefined ? 'replay' : 'try now';
}

/** The state in the address of the list of webhooks. */
export interface WebhookListState {
  readonly state?: 'failing';
}

/** Reads from the address which webhooks to show. */
export const parseWebhooks = (search: Record<string, unknown>): WebhookListState =>
  search['state'] === 'failing' ? { state: 'failing' } : {};

/** The views of the list. */
export const webhookViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'Failing', state: { state: 'failing' } },
];

/** The webhooks that match the address; `failing` in the same sense as the overview. */
export const chosenWebhooks = (
  webhooks: readonly MerchantWebhook[],
  { state }: WebhookListState,
): readonly MerchantWebhook[] =>
  state === undefined
    ? webhooks
    : webhooks.filter(({ disabled, failing_since: since }) => !disabled && since !== undefined);
