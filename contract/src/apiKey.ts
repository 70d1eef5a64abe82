/** Simple keys: how programs of a merchant authenticate. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, int32, int64, many, model, one, oneOf, text, texts, textTo } from './fields.ts';

export const ApiKey = model('ApiKey', 'A simple key.', {
  key_id: int64('Names the key; it is not a credential.'),
  name: textTo(200, 'What the key is for.'),
  prefix: text('The first eight characters of the key.'),
  key: text('The secret. Only in the response that created it.'),
  permissions: texts('Each is <resource>_read or <resource>_write.'),
  allowed_ips: texts('Addresses and CIDR ranges from which the key may be used. Empty: any.'),
  user_id: int32('The user that the key acts for. It has the permissions that both have.'),
  state: oneOf(['valid', 'expired', 'revoked']),
  created_dts: dateTime(),
  expires_dts: dateTime('From then on the key is refused. Absent: it does not expire.'),
  revoked_dts: dateTime(),
  rotated_dts: dateTime('When the secret was replaced last.'),
  last_used_dts: dateTime('To the minute. Absent: never.'),
  last_used_ip: text('Where the key was used from then.'),
  old_secret_until_dts: dateTime('Until then the secret before the last rotation is accepted.'),
  old_secret_used_dts: dateTime('When that secret was used last, to the minute. Absent: never.'),
});
export type ApiKey = Static<typeof ApiKey>;

export const ApiKeyUpdate = model(
  'ApiKeyUpdate',
  'Changes of a key. Absent fields do not change.',
  {
    name: textTo(200),
    allowed_ips: texts('Replaces the list. Empty: the key may be used from anywhere.'),
    expires_dts: dateTime('In the future. Null: the key does not expire.'),
  },
);
export type ApiKeyUpdate = Static<typeof ApiKeyUpdate>;

export const ApiKeyInsert = model('ApiKeyInsert', 'A new key.', {
  name: textTo(200, 'What the key is for. Required.'),
  permissions: texts('Required. The caller must have each of them.'),
  allowed_ips: texts('Addresses and CIDR ranges. Empty or absent: any.'),
  user_id: int32(
    'The user that the key acts for. The caller must have all permissions of the user.',
  ),
  expires_dts: dateTime('In the future. Absent: the key does not expire.'),
});
export type ApiKeyInsert = Static<typeof ApiKeyInsert>;

export const ApiKeyRotateRequest = model('ApiKeyRotateRequest', 'The replacement of a secret.', {
  keep_old_hours: int32(
    'How long the old secret is accepted, from 0 to 2160. Default: 24. ' +
      'A secret that an earlier rotation replaced ends now.',
  ),
  expires_dts: dateTime('When the key expires. Absent: unchanged. Null: never.'),
});
export type ApiKeyRotateRequest = Static<typeof ApiKeyRotateRequest>;

export const ApiKeyResponse = answer('ApiKeyResponse', { api_key: one(ApiKey) });
export type ApiKeyResponse = Static<typeof ApiKeyResponse>;

export const ApiKeysResponse = answer('ApiKeysResponse', { api_keys: many(ApiKey) });
export type ApiKeysResponse = Static<typeof ApiKeysResponse>;
