/** OAuth 2 responses. They have no envelope, because the protocol defines their form. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, flag, int32, many, model, one, oneOf, text, texts } from './fields.ts';
import { SessionUser } from './session.ts';

export const OauthDeviceAuthorizationResponse = model(
  'OauthDeviceAuthorizationResponse',
  'The data that a device shows its user.',
  {
    device_code: text(),
    expires_in: int32(),
    interval: int32('The shortest time between two requests, in seconds.'),
    user_code: text(),
    verification_uri: text(),
    verification_uri_complete: text(),
  },
);
export type OauthDeviceAuthorizationResponse = Static<typeof OauthDeviceAuthorizationResponse>;

export const OauthRevokeSuccessResponse = model(
  'OauthRevokeSuccessResponse',
  'Whether a token was revoked.',
  {
    message: text(),
    successful: flag(),
  },
);
export type OauthRevokeSuccessResponse = Static<typeof OauthRevokeSuccessResponse>;

export const OauthTokenResponse = model('OauthTokenResponse', 'Tokens, or why there are none.', {
  access_token: text(),
  error: text(),
  error_description: text(),
  error_uri: text(),
  expires_in: text('Seconds, as text.'),
  refresh_token: text(),
  scope: text(),
  token_type: oneOf(['bearer']),
});
export type OauthTokenResponse = Static<typeof OauthTokenResponse>;

export const OauthTokenRequest = model('OauthTokenRequest', 'The request for a token.', {
  client_id: text(),
  client_secret: text('Published clients send none; one that is sent must be right.'),
  grant_type: text(
    'authorization_code, refresh_token, or urn:ietf:params:oauth:grant-type:device_code (device_code).',
  ),
  code: text('With grant authorization_code.'),
  redirect_uri: text('The same redirect_uri as in the request for the code.'),
  refresh_token: text('With grant refresh_token.'),
  scope: text(
    'With grant refresh_token: permissions of the new access token, separated by spaces. Each must ' +
      'have been granted (invalid_scope). Absent: all of them.',
  ),
  device_code: text('With the device grant.'),
  code_verifier: text(
    'With grant authorization_code, when the request for the code carried a challenge (PKCE).',
  ),
});
export type OauthTokenRequest = Static<typeof OauthTokenRequest>;

export const OauthRevokeRequest = model('OauthRevokeRequest', 'Which token to end.', {
  client_id: text(),
  token: text('An access token or a refresh token.'),
});
export type OauthRevokeRequest = Static<typeof OauthRevokeRequest>;

export const OauthDeviceAuthorizationRequest = model(
  'OauthDeviceAuthorizationRequest',
  'What a device asks for.',
  {
    client_id: text(),
    scope: text('The scope of the application, for example crm.'),
  },
);
export type OauthDeviceAuthorizationRequest = Static<typeof OauthDeviceAuthorizationRequest>;

export const OauthMe = model('OauthMe', 'The user that a key or a token acts for.', {
  merchant_id: text(),
  user_id: int32('Absent for a key that is bound to no user.'),
  name: text('The user’s, or the key’s.'),
  client_id: text('The application; absent for a key.'),
  permissions: texts('What it may do now.'),
});
export type OauthMe = Static<typeof OauthMe>;

export const OauthGrant = model('OauthGrant', 'A grant of a user to an application.', {
  grant_id: text('Names the grant; it is not a credential.'),
  client_id: text(),
  application: text('The name of the application.'),
  user: one(SessionUser, 'Without groups.'),
  permissions: texts('The granted permissions. Those that the user has lost have no effect.'),
  created_dts: dateTime(),
  expires_dts: dateTime('One year after the grant. Refreshed tokens do not extend it.'),
});
export type OauthGrant = Static<typeof OauthGrant>;

export const OauthGrantsResponse = answer('OauthGrantsResponse', { grants: many(OauthGrant) });
export type OauthGrantsResponse = Static<typeof OauthGrantsResponse>;
