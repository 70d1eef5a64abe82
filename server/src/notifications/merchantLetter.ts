import type { Merchant } from '../platform/tenancy/merchant.ts';
import { accountLetter } from './accountLetter.ts';
import { type Letter, paragraph } from './letter.ts';
import { minuteOf } from './mailText.ts';
import type { AutoOrdersNotice, MerchantNotice, TemplateNotice, WebhookNotice } from './notice.ts';

type Named = Pick<Merchant, 'name' | 'timeZone'>;

/** Composes a mail to a merchant. */
export function merchantLetter(merchant: Named, notice: MerchantNotice): Letter {
  switch (notice.kind) {
    case 'webhook_disabled':
      return webhookDisabledLetter(merchant, notice);
    case 'template_fault':
      return templateFaultLetter(merchant, notice);
    case 'account_changed':
      return accountLetter(merchant, notice);
    default:
      return autoOrdersLetter(merchant, notice);
  }
}

const wordsOf: Readonly<Record<AutoOrdersNotice['kind'], { subject: string; first: string }>> = {
  receivable_paid: {
    subject: 'A retry of Accounts Receivable was paid',
    first: 'The retry of Accounts Receivable charged these orders:',
  },
  receivable_rejected: {
    subject: 'A retry of Accounts Receivable ended without a payment',
    first: 'The retry of Accounts Receivable rejected these orders:',
  },
  merchant_declined: {
    subject: 'Charges were declined',
    first: 'The charges of these auto orders were declined:',
  },
  merchant_expired_card: {
    subject: 'Cards have expired',
    first: 'These auto orders were not charged, because their cards have expired:',
  },
  merchant_canceled: {
    subject: 'Auto orders were canceled',
    first: 'These auto orders were canceled:',
  },
  merchant_parked: {
    subject: 'Auto orders cannot be billed',
    first: 'These auto orders are not billed until what is named here is fixed:',
  },
};

/** Composes a mail with a line for each auto order or order. */
function autoOrdersLetter({ name }: Named, { kind, facts }: AutoOrdersNotice): Letter {
  const { subject, first } = wordsOf[kind];
  return {
    subject: `${subject}: ${name}`,
    blocks: [
      paragraph('Hello,'),
      paragraph(first),
      { kind: 'list', entries: facts.entries },
      paragraph(`Perennial, for ${name}`),
    ],
  };
}

/** Composes the mail about a template that cannot be used. */
function templateFaultLetter({ name }: Named, { facts }: TemplateNotice): Letter {
  const { mailKind, language, reason } = facts;
  return {
    subject: `A mail template of ${name} cannot be used: ${mailKind}`,
    blocks: [
      paragraph('Hello,'),
      paragraph(
        `The template of the kind ${mailKind} (language ${language}) cannot be used: ${reason}. ` +
          'Mails of this kind are sent with the standard text until it is fixed:',
      ),
      paragraph(`PUT /perennial/v1/mail_templates/${mailKind}/${language}`),
      paragraph(`Perennial, for ${name}`),
    ],
  };
}

/**
 * Composes the mail to a merchant about a webhook that was disabled: its address, the reason, the
 * time, what happens to its events, and how to enable it again.
 */
export function webhookDisabledLetter(
  { name, timeZone }: Named,
  { facts, madeAt }: WebhookNotice,
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
          `Disabled since ${minuteOf(madeAt, timeZone)}`,
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
