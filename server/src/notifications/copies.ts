import type { Customer } from '@perennial/contract/customer.ts';
import type { Order } from '@perennial/contract/order.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { CustomerNoticeKind } from './notice.ts';

/** The fields of a customer profile that concern mails. */
export type MailProfile = Pick<Customer, 'do_not_send_mail' | 'cc_emails'>;

/** The flag of a further address in a profile for each kind of mail (customer reference). */
const flagOf = {
  receipt: 'receipt_notification',
  order_receipt: 'receipt_notification',
  shipment: 'shipment_notification',
  refund: 'refund_notification',
} as const;

/**
 * Returns the addresses that get a copy of a mail about an order: all those of the order, and those
 * of the profile whose flag for this kind of mail is on. Each occurs once, and the recipient is
 * left out.
 */
export function copiesOf(
  kind: CustomerNoticeKind,
  to: string,
  order: Order | undefined,
  profile: MailProfile | undefined,
): string[] {
  const flag = Object.hasOwn(flagOf, kind) ? flagOf[kind as keyof typeof flagOf] : undefined;
  if (flag === undefined) return [];
  const addresses = [
    ...(order?.billing?.cc_emails ?? []),
    ...(profile?.cc_emails ?? []).flatMap((each) =>
      each[flag] === true ? (each.email ?? []) : [],
    ),
  ];
  const byKey = new Map(addresses.map((address) => [fold(address.trim()), address.trim()]));
  byKey.delete(fold(to));
  return [...byKey.values()].filter((address) => address !== '');
}
