import type { Order } from '@perennial/contract/order.ts';
import { stages } from './list.ts';

/** A part of an order that a dialog changes; the dialog's address names it. */
export type OrderPart = 'stage' | 'billing' | 'shipping' | 'notes';

/** One field of a dialog. */
export interface PartField {
  /** The path of the field in the order: `billing.city`. */
  readonly path: string;
  readonly label: string;
  readonly choices?: readonly string[];
  readonly isLong?: boolean;
  readonly max?: number;
}

/** The content of a dialog. */
export interface PartForm {
  readonly title: string;
  readonly fields: readonly PartField[];
  /** Describes the effect of the change before it is saved. */
  note(order: Order): string | undefined;
}

const addressFields = (group: string): PartField[] => [
  { path: `${group}.first_name`, label: 'First name', max: 30 },
  { path: `${group}.last_name`, label: 'Last name', max: 30 },
  { path: `${group}.company`, label: 'Company', max: 50 },
  { path: `${group}.address1`, label: 'Address', max: 50 },
  { path: `${group}.address2`, label: 'Address, second line', max: 50 },
  { path: `${group}.city`, label: 'City', max: 32 },
  { path: `${group}.state_region`, label: 'State or region', max: 32 },
  { path: `${group}.postal_code`, label: 'Postal code', max: 20 },
  { path: `${group}.country_code`, label: 'Country (two letters)', max: 2 },
  { path: `${group}.day_phone`, label: 'Phone', max: 25 },
];

const servesRebills = (order: Order): string | undefined =>
  order.auto_order !== undefined && order.auto_order.original_order_id === order.order_id
    ? 'The rebills to come use this address as well.'
    : undefined;

/** The dialogs of an order. None changes lines or amounts, which were charged. */
export const orderParts: Record<OrderPart, PartForm> = {
  stage: {
    title: 'Move the order',
    fields: [{ path: 'current_stage', label: 'Stage', choices: stages }],
    note: (order) =>
      order.payment?.payment_dts === undefined
        ? 'This order is not paid. In Shipping Department or Completed Order it counts as paid in ' +
          'another way; that cannot be undone.'
        : 'An original order in Hold, Fraud Review or Rejected stops the rebills of its auto order.',
  },
  billing: {
    title: 'Billing address',
    fields: [...addressFields('billing'), { path: 'billing.email', label: 'Email', max: 100 }],
    note: servesRebills,
  },
  shipping: {
    title: 'Shipping address',
    fields: [
      ...addressFields('shipping'),
      { path: 'shipping.special_instructions', label: 'Special instructions', isLong: true },
    ],
    note: servesRebills,
  },
  notes: {
    title: 'Notes',
    fields: [{ path: 'internal.merchant_notes', label: 'Notes, for colleagues', isLong: true }],
    note: () => undefined,
  },
};

export const isOrderPart = (part: string): part is OrderPart => Object.hasOwn(orderParts, part);

/** The texts of a form by the paths of its fields. */
export type FormTexts = Readonly<Record<string, string>>;

/** Returns the order's values in the fields of a part. */
export function textsOf(order: Order, fields: readonly PartField[]): FormTexts {
  return Object.fromEntries(fields.map(({ path }) => [path, textAt(order, path)]));
}

function textAt(order: Order, path: string): string {
  let value: unknown = order;
  for (const name of path.split('.')) value = (value as Record<string, unknown>)?.[name];
  return typeof value === 'string' ? value : '';
}

/** The paths of the fields that differ. */
export const changedPaths = (before: FormTexts, after: FormTexts): string[] =>
  Object.keys(after).filter((path) => after[path] !== before[path]);

/** Returns the body of a change with only these fields. An empty field is cleared. */
export function changeOf(texts: FormTexts, paths: readonly string[]): Order {
  const body: Record<string, unknown> = {};
  for (const path of paths) {
    const [group = '', name] = path.split('.');
    const value = texts[path] === '' ? null : texts[path];
    if (name === undefined) body[group] = value;
    else body[group] = { ...(body[group] as object | undefined), [name]: value };
  }
  return body;
}

/** A field that a colleague changed since the form was opened, and that the form also changes. */
export interface FieldConflict {
  readonly path: string;
  readonly was: string;
  readonly theirs: string;
  readonly mine: string;
}

/** Returns the conflicts of a change; a field with the same text from both is none. */
export function conflictsOf(was: FormTexts, theirs: FormTexts, mine: FormTexts): FieldConflict[] {
  return changedPaths(was, mine)
    .filter((path) => theirs[path] !== was[path] && theirs[path] !== mine[path])
    .map((path) => ({
      path,
      was: was[path] ?? '',
      theirs: theirs[path] ?? '',
      mine: mine[path] ?? '',
    }));
}

const shipped = new Set(['Shipping Department', 'Completed Order', 'Pre-ordered']);

/** Returns whether moving an unpaid order there counts as its payment, which cannot be undone. */
export const countsAsPaid = (order: Order, paths: readonly string[], texts: FormTexts): boolean =>
  order.payment?.payment_dts === undefined &&
  paths.includes('current_stage') &&
  (shipped.has(texts['current_stage'] ?? '') || /Routing/.test(texts['current_stage'] ?? ''));
