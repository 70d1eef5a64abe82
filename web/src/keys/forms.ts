import type { ApiKey, ApiKeyInsert, ApiKeyUpdate } from '@perennial/contract/apiKey.ts';
import type { Draft, DraftBase } from '../kit/draft.ts';
import { bodyOf, type DraftField, draftOf, labelIn } from '../kit/draftSpecs.ts';
import { wallOf } from '../kit/moment.ts';
import type { Tone } from '../kit/tone.ts';
import { isOn, permissionKey } from '../people/forms.ts';
import { allPermissions } from '../people/permissions.ts';

/** The fields of a key besides its permissions, which never change. */
export const keyFields: readonly DraftField[] = [
  { key: 'name', label: 'What it is for', max: 200, isRequired: true },
  { key: 'expires_dts', label: 'Expires', kind: 'moment', hint: 'Empty: it does not expire' },
  {
    key: 'allowed_ips',
    label: 'Addresses it may be used from',
    kind: 'lines',
    hint: 'One address or range on each line. Empty: from anywhere',
  },
];

/** The name of a field of a key, for comparisons. */
export const keyLabel = labelIn(keyFields);

/** The form of a key; without `key`, of a new one. Times are in `zone`. */
export const draftOfKey = (key: ApiKey, zone: string): Draft =>
  draftOf(keyFields, {
    ...key,
    expires_dts: key.expires_dts && wallOf(key.expires_dts, zone).slice(0, 16),
  });

/** The form of a key. Keys have no version, so the last change wins. */
export const keyBase = (key: ApiKey, zone: string): DraftBase => ({
  draft: draftOfKey(key, zone),
  version: 0,
});

/** The body of a change: the fields that changed. */
export const keyBody = (from: Draft, to: Draft): ApiKeyUpdate => bodyOf(keyFields, from, to);

/** The permissions that are ticked in a form. */
export const chosenPermissions = (draft: Draft): string[] =>
  allPermissions.filter((permission) => isOn(draft, permissionKey(permission)));

/** The body that creates a key. */
export const newKeyBody = (draft: Draft): ApiKeyInsert => ({
  ...bodyOf(keyFields, draftOf(keyFields, {}), draft),
  permissions: chosenPermissions(draft),
});

/**
 * The state of a key as a word and a tone; an old secret that is still used and ends soon needs
 * attention.
 */
export function stateOfKey(key: ApiKey, nowMs: number): { tone: Tone; word: string } {
  if (key.state === 'revoked') return { tone: 'quiet', word: 'Revoked' };
  if (key.state === 'expired') return { tone: 'bad', word: 'Expired' };
  if (isOldSecretUsed(key, nowMs)) return { tone: 'warn', word: 'Old secret in use' };
  const leftMs = key.expires_dts ? Date.parse(key.expires_dts) - nowMs : Number.POSITIVE_INFINITY;
  return leftMs < expiresSoonMs
    ? { tone: 'warn', word: 'Expires soon' }
    : { tone: 'good', word: 'Valid' };
}

const expiresSoonMs = 14 * 86_400_000;

/** Whether the secret before the last rotation is still accepted and has been used since then. */
export const isOldSecretUsed = (
  { old_secret_until_dts: until, old_secret_used_dts: used, rotated_dts: rotated }: ApiKey,
  nowMs: number,
): boolean =>
  until !== undefined &&
  Date.parse(until) > nowMs &&
  used !== undefined &&
  Date.parse(used) >= Date.parse(rotated ?? used);

/** The permissions of a key by resource: `It may read: order, item.` */
export function mayWords({ permissions = [] }: ApiKey): string {
  const ofKind = (end: string) =>
    permissions
      .filter((each) => each.endsWith(end))
      .map((each) => each.slice(0, -end.length).replaceAll('_', ' '));
  const parts = [
    ['read', ofKind('_read')],
    ['write', ofKind('_write')],
  ] as const;
  return parts
    .flatMap(([verb, names]) => (names.length > 0 ? `It may ${verb}: ${names.join(', ')}.` : []))
    .join(' ');
}

/** The permissions of a key in a few words: `3 to read, 1 to write`. */
export function permissionWords({ permissions = [] }: ApiKey): string {
  const count = (end: string) => permissions.filter((each) => each.endsWith(end)).length;
  const [reads, writes] = [count('_read'), count('_write')];
  return [reads > 0 && `${reads} to read`, writes > 0 && `${writes} to write`]
    .filter(Boolean)
    .join(', ');
}
