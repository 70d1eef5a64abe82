import type { CommandSpec } from './commandSpec.ts';

/** Commands of one order. */
export const orderCommands = [
  {
    id: 'order.charge',
    words: 'Charge the order now',
    keys: 'b',
    place: 'order',
    needs: ['order_write'],
    also: 'collect owed pay bill',
  },
  {
    id: 'order.ship',
    words: 'Ship the order',
    keys: 's',
    place: 'order',
    needs: ['order_write'],
    also: 'tracking shipment',
  },
  {
    id: 'order.refund',
    words: 'Refund the order',
    keys: 'r',
    place: 'order',
    needs: ['order_write'],
    also: 'give back money',
  },
  {
    id: 'order.hold',
    words: 'Hold the order',
    keys: 'h',
    place: 'order',
    needs: ['order_write'],
    also: 'stop keep back',
  },
] as const satisfies readonly CommandSpec[];
