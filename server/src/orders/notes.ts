import type { OrderDocument } from './order.ts';

/** Returns the internal part of an order with notes of the merchant added to its own. */
export const withNotes = (
  internal: OrderDocument['internal'],
  notes: string,
): NonNullable<OrderDocument['internal']> => ({
  ...internal,
  merchant_notes: [internal?.merchant_notes, notes].filter(Boolean).join('\n'),
});
