import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type Letter, paragraph } from './letter.ts';
import type { MerchantNotice } from './notice.ts';

/**
 * Composes the mail to a merchant about a webhook that was disabled: which one, why, since when,
 * what happens to its events, and how to enable it again.
 */
export function webhookDisabledLetter(
  { name, timeZone }: Pick<Merchant, 'name' | 'timeZone'>,
  { facts, madeAt }: MerchantNotice,
): Letter {
  const { webhookOid, url, reason, consecutiveFailures } = facts;
  return {
    subject: `A webhook of ${name} was disabled: ${new URL(url).host}`,
    blocks: [
      paragraph('Hello,'),
      paragraph(`Perennial no longer sends events to this webhook of ${name}:`),
      {
        kind: 'list',
        entries: [
          `${url} (webhook ${webhookOid})`,
          `Disabled since ${madeAt.toZonedDateTimeISO(timeZone).toLocaleString('en-US', minute)}`,
          `Because ${reason}; failures in a row: ${consecutiveFailures}`,
        ],
      },
      paragraph('Nothing is lost. Its events are still kept, each for 30 days.'),
      paragraph(
        'When the receiver works again, enable the webhook with the key of the application that made it:',
      ),
      paragraph(`PUT /rest/v2/webhook/webhooks/${webhookOid} with {"disabled": false}`),
      paragraph('It is tried at once and continues where it stopped.'),
      paragraph(`Perennial, for ${name}`),
    ],
  };
}

const minute = {
  weekday: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const;
