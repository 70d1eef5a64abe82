import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { dayOf } from '../kit/moment.ts';
import type { FieldChange } from './change.ts';
import {
  type Deed,
  type FormContext,
  flagOf,
  numberOf,
  type Part,
  textOf,
  type Values,
} from './form.ts';
import { itemName, itemsOf, onDay, updateOf } from './itemParts.ts';

const isRunning = ({ status }: AutoOrder): boolean => status === undefined || status === 'active';

/** Returns why a stopped auto order cannot be changed in this way; undefined for an active one. */
export const stoppedHindrance = (order: AutoOrder): string | undefined =>
  isRunning(order) ? undefined : `It is ${order.status}. Reactivate it first.`;

/** Pauses every item: the dates stay, nothing ships. */
export const pausePart: Part = {
  title: 'Pause',
  save: 'Pause it',
  hindrance: (order) =>
    stoppedHindrance(order) ??
    (itemsOf(order).every(({ paused }) => paused) ? 'Every item is paused already.' : undefined),
  start: () => ({}),
  fields: () => [],
  deed: (order) =>
    updateOf(
      order,
      itemsOf(order)
        .filter(({ paused }) => !paused)
        .map(({ auto_order_item_oid: item }) => ({ item, field: 'paused', value: true })),
    ),
  done: () => 'It is paused.',
};

/** Resumes paused items. The merchant's setting decides which missed shipments are charged. */
export const resumePart: Part = {
  title: 'Resume',
  save: 'Resume it',
  hindrance: (order) =>
    stoppedHindrance(order) ??
    (itemsOf(order).some(({ paused }) => paused) ? undefined : 'No item is paused.'),
  start: (order, { now, zone }) => ({ date: nextDay(order, zone, now) }),
  fields: () => [
    {
      name: 'date',
      label: 'First shipment',
      kind: 'date',
      hint: 'Empty: the date that each item has.',
    },
  ],
  deed: (_order, values) => ({ kind: 'resume', request: firstShipment(values) }),
  done: () => 'It is resumed.',
};

/** Reactivates a stopped auto order. Shipments that it missed while stopped are never charged. */
export const reactivatePart: Part = {
  title: 'Reactivate',
  save: 'Reactivate it',
  isFinal: () => 'To undo this, cancel it again. The customer may get a mail about that.',
  hindrance: (order) =>
    order.status === 'merged'
      ? 'It was merged into another auto order. Change that one instead.'
      : isRunning(order)
        ? 'It is running.'
        : undefined,
  start: (order, { now, zone }) => ({ date: nextDay(order, zone, now) }),
  fields: () => [
    {
      name: 'date',
      label: 'First shipment',
      kind: 'date',
      hint: 'Empty: the next date of the schedule. Missed shipments are never charged.',
    },
  ],
  deed: (_order, values) => ({ kind: 'reactivate', request: firstShipment(values) }),
  done: () => 'It is reactivated.',
};

const firstShipment = (values: Values) => {
  const date = textOf(values, 'date');
  return date === '' ? {} : { shipment_dts: date };
};

/** The day of the next shipment if it is in the future, so that it can be kept or moved. */
function nextDay(order: AutoOrder, zone: string, now: string): string {
  const next = earliest(order);
  return next !== undefined && Date.parse(next) > Date.parse(now) ? dayOf(next, zone) : '';
}

/** The next shipment of the items that are not paused, else of any. */
export function earliest(order: AutoOrder): string | undefined {
  const running = itemsOf(order).filter(({ paused }) => !paused);
  const dates = (running.length > 0 ? running : itemsOf(order)).flatMap(
    ({ next_shipment_dts: at }) => at ?? [],
  );
  return dates.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0];
}

/** Skips the next shipment, or several. */
export const skipPart: Part = {
  title: 'Skip the next shipment',
  save: 'Skip it',
  hindrance: (order) =>
    stoppedHindrance(order) ??
    (earliest(order) === undefined ? 'It has no next shipment to skip.' : undefined),
  start: () => ({ count: '1' }),
  fields: () => [
    {
      name: 'count',
      label: 'Shipments to skip',
      kind: 'count',
      hint: 'Nothing is charged for them.',
    },
  ],
  deed: (order, values) => {
    const at = earliest(order);
    const count = numberOf(textOf(values, 'count'));
    if (at === undefined || typeof count !== 'number' || !Number.isInteger(count) || count < 1)
      return undefined;
    return { kind: 'skip', request: { shipment_dts: at, count } };
  },
  done: (_order, values) =>
    textOf(values, 'count') === '1'
      ? 'The next shipment is skipped.'
      : `The next ${textOf(values, 'count')} shipments are skipped.`,
};

/** Restores a skipped shipment. */
export const unskipPart: Part = {
  title: 'Bring a skipped shipment back',
  save: 'Bring it back',
  hindrance: stoppedHindrance,
  start: () => ({ date: '' }),
  fields: () => [
    {
      name: 'date',
      label: 'Day of the skipped shipment',
      kind: 'date',
      hint: 'A day of the schedule, after today and before the next shipment.',
      isRequired: true,
    },
  ],
  deed: (_order, values) => {
    const date = textOf(values, 'date');
    return date === '' ? undefined : { kind: 'unskip', request: { shipment_dts: date } };
  },
  done: () => 'The skipped shipment is back.',
};

/** Sets when items end automatically. */
export const stopsPart: Part = {
  title: 'Set when it stops',
  save: 'Set it',
  start: (order, { zone }) => ({
    orders: String(order.cancel_after_next_x_orders ?? ''),
    ...Object.fromEntries(
      itemsOf(order).flatMap((item) => [
        [
          `after.${item.auto_order_item_oid}`,
          item.no_order_after_dts === undefined ? '' : dayOf(item.no_order_after_dts, zone),
        ],
        [`repeats.${item.auto_order_item_oid}`, String(item.remaining_repeat_count ?? '')],
      ]),
    ),
  }),
  fields: (order) => [
    {
      name: 'orders',
      label: 'Cancel it after this number of rebills',
      kind: 'count',
      hint: 'Empty: it continues.',
    },
    ...itemsOf(order).flatMap((item) => [
      {
        name: `after.${item.auto_order_item_oid}`,
        label: 'No shipment after',
        kind: 'date' as const,
        group: itemName(item),
      },
      {
        name: `repeats.${item.auto_order_item_oid}`,
        label: 'Rebills left',
        kind: 'count' as const,
        group: itemName(item),
      },
    ]),
  ],
  deed: (order, values, context) => updateOf(order, stopChanges(order, values, context)),
  done: () => 'The stops are set.',
};

function stopChanges(order: AutoOrder, values: Values, context: FormContext): FieldChange[] {
  const start = stopsPart.start(order, context);
  const isTyped = (name: string) => textOf(values, name) !== start[name];
  const changes: FieldChange[] = [];
  if (isTyped('orders'))
    changes.push({
      field: 'cancel_after_next_x_orders',
      value: numberOf(textOf(values, 'orders')),
    });
  for (const { auto_order_item_oid: item, no_order_after_dts: old } of itemsOf(order)) {
    const after = textOf(values, `after.${item}`);
    if (isTyped(`after.${item}`))
      changes.push({
        item,
        field: 'no_order_after_dts',
        value: after === '' ? null : onDay(after, old ?? `${after}T23:59:59`),
      });
    if (isTyped(`repeats.${item}`))
      changes.push({
        item,
        field: 'remaining_repeat_count',
        value: numberOf(textOf(values, `repeats.${item}`)),
      });
  }
  return changes;
}

/** Cancels at once, after some rebills, or on a date. */
export const cancelPart: Part = {
  title: 'Cancel this auto order',
  save: 'Cancel the auto order',
  isFinal: (values) =>
    textOf(values, 'when') === 'now'
      ? 'You can reactivate it later. A mail that tells the customer cannot be taken back.'
      : undefined,
  hindrance: (order) =>
    isRunning(order) ? undefined : `It is ${order.status}. There is nothing to cancel.`,
  start: (_order, { cancelReasons }) => ({
    when: 'now',
    reason: cancelReasons[0] ?? '',
    orders: '1',
    date: '',
    fee: false,
  }),
  fields: (_order, values, { cancelReasons }) => [
    {
      name: 'when',
      label: 'When',
      kind: 'choice',
      choices: [
        { value: 'now', label: 'At once' },
        { value: 'orders', label: 'After some more rebills' },
        { value: 'date', label: 'On a date' },
      ],
    },
    ...(whenFields[textOf(values, 'when')]?.(cancelReasons) ?? []),
  ],
  deed: (order, values, context) => updateOf(order, cancelChanges(order, values, context)),
  done: (_order, values) =>
    textOf(values, 'when') === 'now' ? 'It is canceled.' : 'The cancelation is planned.',
};

const whenFields: Record<string, (reasons: readonly string[]) => ReturnType<Part['fields']>> = {
  now: (reasons) => [
    {
      name: 'reason',
      label: 'Reason',
      ...(reasons.length === 0
        ? { kind: 'text' as const }
        : {
            kind: 'choice' as const,
            choices: reasons.map((value) => ({ value, label: value })),
          }),
      isRequired: true,
    },
    {
      name: 'fee',
      label: 'The customer wants it: charge the cancel fee first, where one is due',
      kind: 'flag',
    },
  ],
  orders: () => [{ name: 'orders', label: 'Rebills until then', kind: 'count', isRequired: true }],
  date: () => [{ name: 'date', label: 'Last day', kind: 'date', isRequired: true }],
};

function cancelChanges(
  order: AutoOrder,
  values: Values,
  { login }: FormContext,
): (FieldChange | undefined)[] {
  const [when, reason, date] = ['when', 'reason', 'date'].map((name) => textOf(values, name));
  if (when === 'orders')
    return [
      {
        field: 'cancel_after_next_x_orders',
        value: numberOf(textOf(values, 'orders')) ?? undefined,
      },
    ];
  if (when === 'date')
    return itemsOf(order).map(({ auto_order_item_oid: item }) => ({
      item,
      field: 'no_order_after_dts',
      value: date === '' ? undefined : `${date}T23:59:59`,
    }));
  return [
    { field: 'enabled', value: false },
    { field: 'cancel_reason', value: reason === '' ? undefined : reason },
    flagOf(values, 'fee') ? { field: 'canceled_by_user', value: login } : undefined,
  ];
}

/** Returns whether a change cancels at once, so that a mail may be sent. */
export const cancelsNow = (deed: Deed | undefined): boolean =>
  deed?.kind === 'update' && deed.changes.some(({ field }) => field === 'enabled');
