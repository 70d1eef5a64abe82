import { listText, memberText, objectText } from '../kernel/jsonText.ts';
import { stateSql } from './autoOrderMatches.ts';
import { cardOfOrder, customerOfOrder } from './rows.ts';

/*
 * The wire's AutoOrderRow of `auto_order a` with its original order `o`, as one SQL expression. The
 * amount of the next rebill is calculated by rules and added later.
 */

/** The tables of a row. */
export const autoOrderRowFrom = `auto_order a
  left join orders o on o.merchant_id = $1 and o.order_id = a.original_order_id`;

const plain = (name: string, sql: string) => memberText(name, `(${sql})::text`);
const text = (name: string, sql: string) => memberText(name, `to_json(${sql})::text`);
const moment = (name: string, sql: string) => memberText(name, `wire_dts(${sql})::text`);

const item = objectText([
  plain('auto_order_item_oid', 'i.auto_order_item_oid'),
  text('original_item_id', 'i.original_item_id'),
  text('next_item_id', 'i.next_item_id'),
  plain('quantity', 'coalesce(i.arbitrary_quantity, i.original_quantity)'),
  text('frequency', 'i.frequency'),
  plain('paused', 'i.paused'),
  moment('next_shipment_dts', 'i.next_shipment_at'),
]);

const ofItems = (selected: string, order = '') => `(select ${selected} from auto_order_item i
  where i.merchant_id = $1 and i.auto_order_oid = a.auto_order_oid ${order})`;

/**
 * The number of allowed attempts, while one is planned. The planned one takes place even if the
 * settings now allow fewer.
 */
const attemptsMax = (retries: number): string =>
  `case when a.next_attempt_at is not null then greatest(${retries}, a.credit_card_attempt) + 1 end`;

/** Returns the row as JSON text. `retries`: how often the settings retry a declined card. */
export const autoOrderRowJson = (retries: number): string =>
  objectText([
    plain('auto_order_oid', 'a.auto_order_oid'),
    text('auto_order_code', 'a.auto_order_code'),
    plain('version', 'a.version'),
    text('original_order_id', 'a.original_order_id'),
    memberText('customer', customerOfOrder),
    text('status', 'a.status'),
    text('state', stateSql),
    moment('next_shipment_dts', 'a.next_shipment_at'),
    memberText('items', ofItems(listText(item, 'i.position'))),
    text('currency_code', 'a.currency'),
    text(
      'frequency',
      ofItems('i.frequency', 'order by i.next_shipment_at nulls last, i.position limit 1'),
    ),
    memberText('card', cardOfOrder),
    plain('credit_card_attempt', 'a.credit_card_attempt'),
    plain('credit_card_attempts_max', attemptsMax(retries)),
    moment('next_attempt_dts', 'a.next_attempt_at'),
    text('failure_reason', 'a.failure_reason'),
    plain('rebill_count', 'a.rebill_count'),
    plain(
      'life_time_value',
      ofItems('wire_money(sum(i.life_time_value)::bigint, a.currency_exponent)'),
    ),
    moment('signed_up_dts', 'a.signed_up_at'),
    moment('last_modified_dts', 'a.modified_at'),
    moment('canceled_dts', 'a.canceled_at'),
    text('cancel_reason', 'a.cancel_reason'),
    plain('merged_into_auto_order_oid', 'a.merged_into_auto_order_oid'),
  ]);
