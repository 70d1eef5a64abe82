/** How a customer proves an email address, and the link to the customer's own page. */
import type { Static } from 'typebox';
import { answer, BaseResponse } from './common.ts';
import { model, text } from './fields.ts';

export const EmailVerifyTokenRequest = model(
  'EmailVerifyTokenRequest',
  'The customer whose email address is to be verified.',
  {
    email: text('That of a profile.'),
    password: text('No effect: customers have no passwords here.'),
  },
);
export type EmailVerifyTokenRequest = Static<typeof EmailVerifyTokenRequest>;

export const EmailVerifyTokenResponse = answer('EmailVerifyTokenResponse', {
  token: text('It is valid for 24 hours, as long as the profile keeps its address.'),
});
export type EmailVerifyTokenResponse = Static<typeof EmailVerifyTokenResponse>;

export const EmailVerifyTokenValidateRequest = model(
  'EmailVerifyTokenValidateRequest',
  'The token that a customer entered.',
  { token: text() },
);
export type EmailVerifyTokenValidateRequest = Static<typeof EmailVerifyTokenValidateRequest>;

export const EmailVerifyTokenValidateResponse = model(
  'EmailVerifyTokenValidateResponse',
  'Whether the token is valid: success is false when it is not.',
  BaseResponse.properties,
);
export type EmailVerifyTokenValidateResponse = Static<typeof EmailVerifyTokenValidateResponse>;

export const CustomerMagicLinkResponse = answer('CustomerMagicLinkResponse', {
  url: text('The customer’s page. It works for one hour.'),
});
export type CustomerMagicLinkResponse = Static<typeof CustomerMagicLinkResponse>;
