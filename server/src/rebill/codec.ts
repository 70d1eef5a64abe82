import { Temporal } from 'temporal-polyfill';
import { momentText } from '../kernel/calendar.ts';
import type { PlannedCharge } from './plan.ts';
import type { RebillLine } from './rebillOrder.ts';

/** A planned charge as it waits in its row: moments as texts, and no price rules, which only previews show. */
export type StoredCharge = Omit<PlannedCharge, 'order'> & {
  readonly order: Omit<PlannedCharge['order'], 'lines'> & { readonly lines: readonly StoredLine[] };
};

type StoredLine = Omit<RebillLine, 'priceRules' | 'shipment'> & {
  readonly shipment?: Omit<NonNullable<RebillLine['shipment']>, 'at'> & { readonly at: string };
};

export function chargeToJson(charge: PlannedCharge): StoredCharge {
  const lines = charge.order.lines.map(({ priceRules: _, shipment, ...line }) =>
    shipment === undefined
      ? line
      : { ...line, shipment: { ...shipment, at: momentText(shipment.at) } },
  );
  return { ...charge, order: { ...charge.order, lines } };
}

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
