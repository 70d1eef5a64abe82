import { Temporal } from 'temporal-polyfill';
import { momentText } from '../kernel/calendar.ts';
import type { PlannedCharge } from './plan.ts';
import type { RebillLine } from './rebillOrder.ts';

/**
 * A planned charge in its stored form: times are texts, and price rules are left out, because only
 * previews show them.
 */
export type StoredCharge = Omit<PlannedCharge, 'order'> & {
  readonly order: Omit<PlannedCharge['order'], 'lines'> & { readonly lines: readonly StoredLine[] };
};

type StoredLine = Omit<RebillLine, 'priceRules' | 'shipment'> & {
  readonly shipment?: Omit<NonNullable<RebillLine['shipment']>, 'at'> & { readonly at: string };
};

/** Converts a planned charge to its stored form. */
export function chargeToJson(charge: PlannedCharge): StoredCharge {
  const { shippingRules: _, ...order } = charge.order;
  const lines = order.lines.map(({ priceRules: _, shipment, ...line }) =>
    shipment === undefined
      ? line
      : { ...line, shipment: { ...shipment, at: momentText(shipment.at) } },
  );
  return { ...charge, order: { ...order, lines } };
}

/** Converts the stored form to a planned charge. */
export function chargeFromJson(stored: StoredCharge): PlannedCharge {
  const lines = stored.order.lines.map(
    ({ shipment, ...line }): RebillLine => ({
      ...line,
      priceRules: [],
      ...(shipment === undefined
        ? {}
        : { shipment: { ...shipment, at: Temporal.Instant.from(shipment.at) } }),
    }),
  );
  return { ...stored, order: { ...stored.order, lines } };
}
