import {
  type Block,
  itemsBlock,
  type LetterParts,
  nameOf,
  receiptRows,
  refundWords,
  shippedItems,
  trackingBlock,
} from './letter.ts';
import { dayOf, moneyText, monthOf } from './mailText.ts';

/** The values that a template can name: texts within a sentence, and paragraphs. */
export interface MailValues {
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly blocks: Readonly<Record<string, Block | undefined>>;
}

/** Returns the values of a mail. A value that does not apply to this mail is undefined. */
export function mailValues(parts: LetterParts): MailValues {
  const { merchant, notice, order, updateBillingUrl, cancelUrl } = parts;
  const { facts } = notice;
  const isShipment = notice.kind === 'shipment';
  return {
    texts: {
      customer_name: nameOf(parts),
      merchant_name: merchant.name,
      subscription_code: facts.autoOrderCode,
      order_id: order?.order_id ?? notice.orderId,
      total: order?.summary?.total?.localized_formatted,
      card: facts.card,
      decline_reason: facts.declineReason,
      next_attempt: facts.nextAttempt && dayOf(facts.nextAttempt, merchant.timeZone),
      amount: facts.payment && moneyText(facts.payment.amount, facts.payment.currency),
      confirm_until: facts.payment && dayOf(facts.payment.until, merchant.timeZone),
      expires_month: facts.expiresMonth && monthOf(facts.expiresMonth),
      refund_amount: refundWords(facts)?.all,
      refund_reason: order?.refund_reason,
      verification_token: parts.verificationToken,
    },
    blocks: {
      items: isShipment ? shippedItems(parts) : itemsBlock(facts.items, merchant.timeZone),
      amounts: { kind: 'amounts', rows: receiptRows(order) },
      tracking_numbers: trackingBlock(facts.trackingNumbers),
      update_billing_link: linkBlock('Update your card', updateBillingUrl),
      confirm_payment_link: linkBlock('Confirm the payment', updateBillingUrl),
      cancel_link: linkBlock('Cancel your subscription', cancelUrl),
    },
  };
}

const linkBlock = (label: string, url: string | undefined): Block | undefined =>
  url === undefined ? undefined : { kind: 'link', label, url };
