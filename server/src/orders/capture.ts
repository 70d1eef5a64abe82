import type { OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import type { OrderDocument } from './order.ts';
import { cardTestDetail } from './payment.ts';
import { refundDetail } from './refundedOrder.ts';

/** A payment that a gateway captured. */
export interface Capture {
  /** The gateway's code in the merchant's settings. */
  readonly gateway: string;
  readonly reference: string;
}

/** Returns the transactions of an order that captured money. */
export const captureTransactions = ({
  payment,
}: Pick<OrderDocument, 'payment'>): OrderPaymentTransaction[] =>
  (payment?.transactions ?? []).filter(
    ({ successful, details = [] }) =>
      successful === true &&
      !details.some(({ name }) => name === refundDetail || name === cardTestDetail),
  );

/** Returns the captures of an order that a gateway can refund. */
export const capturesOf = (document: Pick<OrderDocument, 'payment'>): Capture[] =>
  captureTransactions(document).flatMap(({ transaction_gateway: gateway, details = [] }) => {
    const reference = details.find(({ name }) => name === 'reference')?.value;
    return gateway === undefined || !reference ? [] : [{ gateway, reference }];
  });
