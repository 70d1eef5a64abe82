import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type Letter, paragraph } from './letter.ts';
import { minuteOf } from './mailText.ts';
import type { AccountChange, AccountNotice } from './notice.ts';

const sentences: Readonly<Record<AccountChange, string>> = {
  password: 'The password was changed',
  second_factor_on: 'A second factor was set up: log-ins now need a code',
  second_factor_off: 'The second factor was removed: log-ins need only the password',
  recovery_code: 'A recovery code was used to log in',
  key: 'An API key was made',
  key_secret: 'An API key got a new secret',
  email: 'The email address was changed',
  application: 'An application was allowed to act for you',
};

/**
 * Composes the mail to a user about a change of the account: the change, its author, address and
 * time, and what to do if the user did not make it. It contains no secret and no link, so that a
 * forged copy is useless.
 */
export function accountLetter(
  { name, timeZone }: Pick<Merchant, 'name' | 'timeZone'>,
  { facts, madeAt }: AccountNotice,
): Letter {
  const { login, change, detail, by, address } = facts;
  const sentence = sentences[change];
  return {
    subject: `${sentence.split(':')[0]}: account ${login} of ${name}`,
    blocks: [
      paragraph('Hello,'),
      paragraph(`${sentence}. This is about the account ${login} of ${name}.`),
      {
        kind: 'list',
        entries: [
          ...(detail === undefined ? [] : [detail]),
          `By ${by}${address === undefined ? '' : `, from the address ${address}`}`,
          `On ${minuteOf(madeAt, timeZone)}`,
        ],
      },
      paragraph(
        'If you know about it, you need not do anything. Otherwise change your password, end the other ' +
          `sessions under My settings, and tell the administrator of ${name} at once.`,
      ),
      paragraph(`Perennial, for ${name}`),
    ],
  };
}
