import { frequencies } from '@perennial/contract/frequency.ts';
import { billingUrlText } from '../kernel/billingUrlText.ts';
import { emailsText } from '../kernel/emailsText.ts';
import { listText, memberText, objectText } from '../kernel/jsonText.ts';
import { expansionUnder, orderJson } from '../orders/present.ts';
import { scheduleGap } from './scheduleGaps.ts';

/**
 * Returns the wire's AutoOrder as one SQL expression (text) for the alias of an `auto_order` row,
 * in a statement with `inZone`. Details, lists, webhooks and exports all use it. With
 * `items.future_schedules` the text has gaps. `fillFutureSchedules` must fill them, because
 * schedules come from rules and not from rows.
 *
 * Fields that are newer than the auto_order reference (add_ons, emails, logs, management,
 * properties) are sent only when they are expanded, because old clients reject fields that they do
 * not know.
 */
export function autoOrderJson(alias: string, expand: ReadonlySet<string>): string {
  const write = writer(`${alias}.currency_exponent`);
  return objectText([
    ...scalars(alias, write),
    expand.has('items') || hasUnder('items', expand)
      ? write.json('items', itemsJson(alias, expand))
      : undefined,
    expand.has('add_ons')
      ? write.json('add_ons', addOnsJson(`${alias}.add_ons`, write))
      : undefined,
    expand.has('properties') ? write.json('properties', `${alias}.properties`) : undefined,
    expand.has('management') ? write.json('management', managementJson(alias)) : undefined,
    expand.has('emails') ? write.json('emails', emailsText(`${alias}.auto_order_oid`)) : undefined,
    expand.has('logs') ? write.json('logs', logsJson(alias, write)) : undefined,
    expand.has('original_order') || hasUnder('original_order', expand)
      ? write.json('original_order', originalOrderJson(alias, expand))
      : undefined,
    expand.has('rebill_orders') || hasUnder('rebill_orders', expand)
      ? write.json('rebill_orders', rebillOrdersJson(alias, expand))
      : undefined,
  ]);
}

/**
 * Returns the wire's OrderAutoOrder of an `orders` row as one SQL expression (text; null if the
 * order has no auto order). The order that started the auto order has it with its items; a rebill has
 * only a reference to it. OrderAutoOrder has no status `merged`, so that status is left out.
 */
export function orderAutoOrderJson(orderAlias: string): string {
  const write = writer('ao.currency_exponent');
  const pointer = [
    write.plain('auto_order_oid', 'ao.auto_order_oid'),
    write.text('auto_order_code', 'ao.auto_order_code'),
    write.text('original_order_id', 'ao.original_order_id'),
    write.text('status', "nullif(ao.status, 'merged')"),
  ];
  const whole = [...pointer, ...state('ao', write), write.json('items', itemsJson('ao', nothing))];
  return `(select (case when ${orderAlias}.rebill_number = 0
      then ${objectText(whole)} else ${objectText(pointer)} end)
    from auto_order ao
    where ao.merchant_id = $1
      and ao.auto_order_oid = ${orderAlias}.auto_order_oid)`;
}

const nothing: ReadonlySet<string> = new Set();

const hasUnder = (prefix: string, expand: ReadonlySet<string>): boolean =>
  expansionUnder(prefix, expand).size > 0;

function scalars(alias: string, write: Writer): string[] {
  return [
    write.plain('auto_order_oid', `${alias}.auto_order_oid`),
    write.text('auto_order_code', `${alias}.auto_order_code`),
    write.text('merchant_id', `${alias}.merchant_id`),
    write.text('original_order_id', `${alias}.original_order_id`),
    write.text('status', `${alias}.status`),
    ...state(alias, write),
    write.moment('merged_dts', `${alias}.merged_at`),
    write.plain('merged_into_auto_order_oid', `${alias}.merged_into_auto_order_oid`),
  ];
}

function state(alias: string, write: Writer): string[] {
  return [
    write.plain('enabled', `${alias}.enabled`),
    write.plain('completed', `${alias}.completed`),
    write.plain('cancel_after_next_x_orders', `${alias}.cancel_after_next_x_orders`),
    write.text('cancel_reason', `${alias}.cancel_reason`),
    write.text('canceled_by_user', `${alias}.canceled_by_user`),
    write.moment('canceled_dts', `${alias}.canceled_at`),
    write.plain('cancel_upgrade', `${alias}.cancel_upgrade`),
    write.plain('cancel_downgrade', `${alias}.cancel_downgrade`),
    write.plain('credit_card_attempt', `${alias}.credit_card_attempt`),
    write.moment('disabled_dts', `${alias}.disabled_at`),
    write.text('failure_reason', `${alias}.failure_reason`),
    write.moment('next_attempt', `${alias}.next_attempt_at`),
    write.plain('override_affiliate_id', `${alias}.override_affiliate_id`),
    write.text('rotating_transaction_gateway_code', `${alias}.rotating_transaction_gateway_code`),
  ];
}

function itemsJson(alias: string, expand: ReadonlySet<string>): string {
  const write = writer(`${alias}.currency_exponent`);
  const item = objectText([
    write.plain('auto_order_item_oid', 'i.auto_order_item_oid'),
    write.text('original_item_id', 'i.original_item_id'),
    write.plain('original_quantity', 'i.original_quantity'),
    write.text('arbitrary_item_id', 'i.arbitrary_item_id'),
    write.plain('arbitrary_quantity', 'i.arbitrary_quantity'),
    write.money('arbitrary_unit_cost', 'i.arbitrary_unit_cost'),
    write.plain('arbitrary_unit_cost_remaining_orders', 'i.arbitrary_unit_cost_remaining_orders'),
    write.plain('arbitrary_percentage_discount', 'i.arbitrary_percentage_discount'),
    write.plain('arbitrary_schedule_days', 'i.arbitrary_schedule_days'),
    write.text('frequency', knownFrequency),
    write.moment('next_shipment_dts', 'i.next_shipment_at'),
    write.moment('next_preshipment_notice_dts', 'i.next_preshipment_notice_at'),
    write.plain('preshipment_notice_sent', 'i.preshipment_notice_sent'),
    write.moment('no_order_after_dts', 'i.no_order_after_at'),
    write.moment('first_order_dts', 'i.first_order_at'),
    write.moment('last_order_dts', 'i.last_order_at'),
    write.money('life_time_value', 'i.life_time_value'),
    write.money('rebill_value', 'i.rebill_value'),
    write.plain('number_of_rebills', 'i.number_of_rebills'),
    write.plain('remaining_repeat_count', 'i.remaining_repeat_count'),
    write.plain('paused', 'i.paused'),
    write.json('options', 'i.options'),
    write.text('paypal_payer_id', 'i.paypal_payer_id'),
    write.text('paypal_recurring_payment_profile_id', 'i.paypal_recurring_payment_profile_id'),
    write.text('next_item_id', 'i.next_item_id'),
    write.moment('calculated_next_shipment_dts', 'i.calculated_next_shipment_at'),
    expand.has('items.sample_schedule') || expand.has('items.simple_schedule')
      ? write.json('simple_schedule', simpleScheduleJson(write))
      : undefined,
    expand.has('items.future_schedules') ? write.json('future_schedules', scheduleGap) : undefined,
    expand.has('add_ons') ? write.json('add_ons', addOnsJson('i.add_ons', write)) : undefined,
    expand.has('properties') ? write.json('properties', 'i.properties') : undefined,
  ]);
  return `(select ${listText(item, 'i.position')} from auto_order_item i
    where i.merchant_id = $1 and i.auto_order_oid = ${alias}.auto_order_oid)`;
}

/** The frequency; absent if the stored one is not in the contract. Such an item is parked. */
const knownFrequency = `(case when i.frequency in (${frequencies.map((each) => `'${each}'`).join(', ')})
    then i.frequency end)`;

function simpleScheduleJson(write: Writer): string {
  const schedule = objectText([
    write.text('item_id', "i.simple_schedule->>'itemId'"),
    write.text('frequency', "i.simple_schedule->>'frequency'"),
    write.plain('repeat_count', "(i.simple_schedule->'repeatCount')"),
  ]);
  return `(case when i.simple_schedule is not null then ${schedule} end)`;
}

function addOnsJson(column: string, write: Writer): string {
  const addOn = objectText([
    write.text('item_id', 'x."itemId"'),
    write.plain('quantity', 'x.quantity'),
    write.money('arbitrary_unit_cost', 'x."unitCost"'),
    write.plain('free_shipping', 'x."freeShipping"'),
    write.plain('next_x_orders', 'x."nextXOrders"'),
    write.json('options', 'x.options'),
  ]);
  return `(select ${listText(addOn, 'x.ordinality')}
    from rows from (jsonb_to_recordset(
      case when jsonb_typeof(${column}) = 'array' then ${column} else '[]' end
    ) as ("itemId" text, quantity int, "unitCost" bigint, "freeShipping" boolean,
          "nextXOrders" int, options jsonb))
    with ordinality
      as x ("itemId", quantity, "unitCost", "freeShipping", "nextXOrders", options, ordinality))`;
}

function managementJson(alias: string): string {
  const url = billingUrlText(`${alias}.auto_order_oid`);
  return `'{"update_billing_url":' || to_json(${url})::text || '}'`;
}

function logsJson(alias: string, write: Writer): string {
  const line = objectText([
    write.moment('log_dts', 'l.at'),
    write.text('log_message', 'l.message'),
  ]);
  return `(select ${listText(line, 'l.log_id')} from auto_order_log l
    where l.merchant_id = $1 and l.auto_order_oid = ${alias}.auto_order_oid)`;
}

function originalOrderJson(alias: string, expand: ReadonlySet<string>): string {
  return `(select ${orderOf('original_order', expand)} from orders o
    where o.merchant_id = $1 and o.order_id = ${alias}.original_order_id)`;
}

function rebillOrdersJson(alias: string, expand: ReadonlySet<string>): string {
  return `(select ${listText(orderOf('rebill_orders', expand), 'o.rebill_number')} from orders o
    where o.merchant_id = $1
      and o.auto_order_oid = ${alias}.auto_order_oid and o.rebill_number > 0)`;
}

function orderOf(prefix: 'original_order' | 'rebill_orders', expand: ReadonlySet<string>): string {
  return orderJson({ alias: 'o', autoOrder: orderAutoOrderJson }, expansionUnder(prefix, expand));
}

/**
 * Writes `"name":value` of one row as SQL text. It is null if the value is null, so that the field
 * is left out.
 */
interface Writer {
  /** Numbers and booleans, which SQL and JSON write in the same way. */
  plain(name: string, sql: string): string;
  text(name: string, sql: string): string;
  moment(name: string, sql: string): string;
  money(name: string, sql: string): string;
  json(name: string, sql: string): string;
}

function writer(exponent: string): Writer {
  return {
    plain: (name, sql) => memberText(name, `${sql}::text`),
    text: (name, sql) => memberText(name, `to_json(${sql})::text`),
    moment: (name, sql) => memberText(name, `wire_dts(${sql})::text`),
    money: (name, sql) => memberText(name, `wire_money(${sql}, ${exponent})::text`),
    json: (name, sql) => memberText(name, `(${sql})::text`),
  };
}
