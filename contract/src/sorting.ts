/**
 * The fields that `_sort` accepts for each list, and the parser of the parameter: fields separated
 * by commas, each with `+` (ascending) or `-` (descending) in front; without a sign, ascending.
 *
 * A plus that was not percent-encoded arrives as a space. It is refused, as the published pages
 * say, so that the client notices the lost character.
 */

/** The sortable fields of each list; the first part of the name is the resource. */
export const sortings = {
  auto_order: [
    'auto_order_code',
    'order_id',
    'shipping.company',
    'shipping.first_name',
    'shipping.last_name',
    'shipping.city',
    'shipping.state_region',
    'shipping.postal_code',
    'shipping.country_code',
    'billing.phone',
    'billing.email',
    'billing.cc_email',
    'billing.company',
    'billing.first_name',
    'billing.last_name',
    'billing.city',
    'billing.state',
    'billing.postal_code',
    'billing.country_code',
    'creation_dts',
    'payment.payment_dts',
    'checkout.screen_branding_theme_code',
    'next_shipment_dts',
  ],
  order: [
    'order_id',
    'creation_dts',
    'current_stage',
    'shipping.company',
    'shipping.first_name',
    'shipping.last_name',
    'shipping.city',
    'shipping.state_region',
    'shipping.postal_code',
    'shipping.country_code',
    'billing.phone',
    'billing.email',
    'billing.cc_email',
    'billing.company',
    'billing.first_name',
    'billing.last_name',
    'billing.city',
    'billing.state',
    'billing.postal_code',
    'billing.country_code',
    'payment.payment_dts',
    'payment.payment_method',
    'summary.total',
    'checkout.screen_branding_theme_code',
  ],
  item: [
    'merchant_item_oid',
    'merchant_item_id',
    'description',
    'creation_dts',
    'last_modified_dts',
  ],
  coupon: [
    'coupon_oid',
    'merchant_code',
    'description',
    'coupon_type',
    'start_dts',
    'expiration_dts',
  ],
  digital_item: ['digital_item_oid', 'original_filename', 'external_id', 'creation_dts'],
  customer: ['customer_profile_oid', 'email', 'signup_dts', 'last_modified_dts'],
  auto_order_row: [
    'auto_order_oid',
    'auto_order_code',
    'next_shipment_dts',
    'signed_up_dts',
    'last_modified_dts',
    'email',
    'last_name',
    'card_expires',
  ],
  order_row: ['order_id', 'creation_dts'],
  customer_row: ['customer_profile_oid', 'email', 'signup_dts', 'last_modified_dts'],
  delivery_row: ['delivery_dts'],
  coupon_row: ['coupon_oid', 'merchant_code', 'description', 'start_dts', 'expiration_dts'],
  item_row: ['merchant_item_oid', 'merchant_item_id', 'description', 'last_modified_dts'],
  webhook: ['webhook_url', 'disabled'],
  task_row: [
    'global_task_number',
    'task_name',
    'priority',
    'status',
    'due_dts',
    'delay_until_dts',
    'created_dts',
    'last_update_dts',
    'object_id',
    'assigned_to_user_or_group',
  ],
  workflow_task: [
    'workflow_task_uuid',
    'merchant_id',
    'task_name',
    'task_details',
    'task_context',
    'object_type',
    'object_id',
    'object_url',
    'object_email',
    'assigned_to_user',
    'assigned_to_user_id',
    'assigned_to_group',
    'assigned_to_group_id',
    'assigned_to_user_or_group',
    'related_workflow_task_uuid',
    'dependant_workflow_task_uuid',
    'priority',
    'status',
    'system_task_type',
    'global_task_number',
    'object_task_number',
    'created_dts',
    'last_update_dts',
    'due_dts',
    'delay_until_dts',
    'expiration_dts',
  ],
} as const satisfies Record<string, readonly string[]>;

/** A list that can be sorted. */
export type SortingName = keyof typeof sortings;

/** One field to sort by. */
export interface SortField {
  readonly field: string;
  readonly descending: boolean;
}

/** The parsed `_sort` parameter: the fields, most important first, or the part that is invalid. */
export type Sorting =
  | { readonly ok: true; readonly fields: readonly SortField[] }
  | { readonly ok: false; readonly field: string; readonly allowed: readonly string[] };

/**
 * Parses a `_sort` parameter with the fields of a list. If a field is named twice, the first
 * counts.
 */
export function parseSort(value: string | undefined, allowed: readonly string[]): Sorting {
  const fields: SortField[] = [];
  for (const part of value ? value.split(',') : []) {
    const name = part.replace(/^[+-]/, '');
    if (!allowed.includes(name)) return { ok: false, field: part, allowed };
    if (!fields.some(({ field }) => field === name))
      fields.push({ field: name, descending: part.startsWith('-') });
  }
  return { ok: true, fields };
}
