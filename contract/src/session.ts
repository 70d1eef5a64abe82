/**
 * Sessions of people who log in with a browser. The cookie is the credential; these models never
 * contain it.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import {
  anyObject,
  dateTime,
  flag,
  int32,
  int32s,
  many,
  model,
  one,
  oneOf,
  text,
  texts,
} from './fields.ts';

export const SessionRequest = model('SessionRequest', 'A log-in.', {
  merchant_id: text('May be absent where the installation has one merchant.'),
  login: text('In upper or lower case.'),
  password: text(),
  code: text('Of a user with a second factor: the six digits of the app, or a recovery code.'),
});
export type SessionRequest = Static<typeof SessionRequest>;

export const SessionMerchant = model('SessionMerchant', 'The merchant of a session.', {
  merchant_id: text(),
  name: text(),
  time_zone: text('The IANA name of the zone that decides the merchant’s days.'),
  currency: text('ISO 4217.'),
  clock_mode: oneOf(['real', 'running', 'standing'], 'As in Clock.'),
  now_dts: dateTime('The time on the merchant’s clock.'),
  is_test: flag('True: the merchant has a test clock, so its clock can be moved.'),
});
export type SessionMerchant = Static<typeof SessionMerchant>;

export const SessionUser = model('SessionUser', 'The user of a session.', {
  user_id: int32(),
  login: text(),
  name: text(),
  groups: texts('The names of the user’s groups.'),
  group_oids: int32s('The same groups by oid, in the same order.'),
});
export type SessionUser = Static<typeof SessionUser>;

export const Session = model('Session', 'The session of the caller.', {
  session_id: text('Names the session; it is not a credential.'),
  merchant: one(SessionMerchant),
  user: one(SessionUser),
  permissions: texts('The user’s current permissions, from groups or given directly.'),
  expires_dts: dateTime('When it ends without further requests, or at the latest.'),
  steps: texts(
    'What the user has to do before anything else: `password` choose another password ' +
      '(changePassword), `second_factor` set one up (beginSecondFactor). Until then all other ' +
      'operations are refused.',
  ),
  features: texts('What this merchant has: `demo` demo data, `test_clock` a clock that moves.'),
});
export type Session = Static<typeof Session>;

export const SessionResponse = answer('SessionResponse', { session: one(Session) });
export type SessionResponse = Static<typeof SessionResponse>;

export const SessionSummary = model('SessionSummary', 'A session in a list.', {
  session_id: text(),
  user: one(SessionUser, 'Without groups.'),
  created_dts: dateTime('When the user logged in.'),
  seen_dts: dateTime('The last request, to the minute.'),
  expires_dts: dateTime(),
  ip_address: text('The address from which the user logged in.'),
  user_agent: text('The browser, as it describes itself.'),
  current: flag('True: the session of this request.'),
});
export type SessionSummary = Static<typeof SessionSummary>;

export const SessionsResponse = answer('SessionsResponse', { sessions: many(SessionSummary) });
export type SessionsResponse = Static<typeof SessionsResponse>;

export const SessionDemo = model('SessionDemo', 'The demo user.', {
  merchant_id: text(),
  login: text(),
});
export type SessionDemo = Static<typeof SessionDemo>;

export const SessionOptions = model(
  'SessionOptions',
  'The values that a log-in page can fill in.',
  {
    merchant_id: text('The merchant, where the installation has only one.'),
    demo: one(SessionDemo, 'Present where the installation has demo data.'),
    logged_in: flag('True: the request has the cookie of a session that has not ended.'),
  },
);
export type SessionOptions = Static<typeof SessionOptions>;

export const SessionOptionsResponse = answer('SessionOptionsResponse', {
  options: one(SessionOptions),
});
export type SessionOptionsResponse = Static<typeof SessionOptionsResponse>;

export const Preferences = model(
  'Preferences',
  'The console’s preferences of a user: an object with any fields, of at most 16 KB as JSON.',
  {},
  { additionalProperties: true },
);
export type Preferences = Static<typeof Preferences>;

export const PreferencesResponse = answer('PreferencesResponse', {
  preferences: anyObject('As they were stored; {} where none were.'),
});
export type PreferencesResponse = Static<typeof PreferencesResponse>;

export const SecondFactor = model('SecondFactor', 'The second factor of the caller.', {
  active: flag('True: a log-in needs a code as well.'),
  recovery_codes_left: int32('Recovery codes that were not used yet.'),
  secret: text('For the authenticator app, in base32; shown only when it is made.'),
  uri: text('The same as a link that apps read (otpauth).'),
  recovery_codes: texts('Each logs in once without the app; shown only when they are made.'),
});
export type SecondFactor = Static<typeof SecondFactor>;

export const SecondFactorResponse = answer('SecondFactorResponse', {
  second_factor: one(SecondFactor),
});
export type SecondFactorResponse = Static<typeof SecondFactorResponse>;

export const SecondFactorRequest = model('SecondFactorRequest', 'A code of the second factor.', {
  code: text('The six digits that the app shows; to remove it also a recovery code.'),
});
export type SecondFactorRequest = Static<typeof SecondFactorRequest>;

export const SessionPasswordRequest = model('SessionPasswordRequest', 'A change of password.', {
  old: text('The current password.'),
  new: text('12 to 200 characters.'),
});
export type SessionPasswordRequest = Static<typeof SessionPasswordRequest>;
