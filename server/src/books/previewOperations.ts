import type { PreviewRebill, PreviewRule } from '@perennial/contract/perennial.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { editAutoOrder } from '../autoOrders/edit.ts';
import type { EditRules } from '../autoOrders/editItem.ts';
import { noAutoOrder } from '../autoOrders/readOperations.ts';
import { editRules } from '../autoOrders/rules.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { Minor } from '../kernel/money.ts';
import { fromMinor } from '../kernel/money.ts';
import { findOrder } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import type { Answer } from '../platform/http/answer.ts';
import { payload } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import { rebillPolicy } from '../rebill/policy.ts';
import type { RebillLine } from '../rebill/rebillOrder.ts';
import { findEarlierAttempts } from '../rebill/store.ts';
import { mayBeOfRecord } from '../rebill/unreadableOperations.ts';
import type { Preview, PreviewedRebill } from './preview.ts';
import { previewRebills } from './preview.ts';
import type { DateRule } from './previewDates.ts';

const countMax = 100;
const countDefault = 12;

/** The next rebills exactly as they would be ordered, if every charge succeeds and nobody changes anything. */
export async function previewAutoOrder(
  context: Context,
  autoOrderOid: number,
  count: number = countDefault,
  isResumed = false,
): Promise<Answer> {
  if (count < 1 || count > countMax)
    refuse('out_of_range', { field: 'count', min: 1, max: countMax });
  try {
    const { rebills, ends } = await readPreview(context, autoOrderOid, count, isResumed);
    return payload(
      rebills.map((rebill) => wireRebill(rebill, context.merchant.timeZone)),
      { beside: { ends } },
    );
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    context.log.error({ err: error, autoOrderOid }, 'an auto order cannot be previewed');
    return payload([], { beside: { ends: 'parked' }, warning: unreadable });
  }
}

const unreadable = {
  code: 'unreadable_record',
  message:
    'Something of this auto order cannot be read, so it is not billed. Change what is wrong with it; the log of the server has the error.',
};

/** {@link previewAutoOrder} as a value. */
export async function readPreview(
  context: Context,
  autoOrderOid: number,
  count: number,
  isResumed = false,
): Promise<Preview> {
  const { db, now, merchant } = context;
  const { merchantId, timeZone: zone } = merchant;
  const [autoOrder] = await loadAutoOrders(db, merchantId, [autoOrderOid]);
  if (autoOrder === undefined) return noAutoOrder({ oid: autoOrderOid });
  const earlier = await findEarlierAttempts(db, merchantId, [
    { autoOrderOid, rebillNumber: autoOrder.rebillCount + 1 },
  ]);
  const before = earlier.get(autoOrderOid);
  const order = before && (await findOrder(db, merchantId, before.orderId));
  const catalog = await loadCatalog(db, merchantId, [autoOrder]);
  return previewRebills(
    {
      autoOrder: isResumed ? resumed(autoOrder, editRules(context, catalog)) : autoOrder,
      policy: rebillPolicy(merchant),
      zone,
      at: now,
      original: await findOrder(db, merchantId, autoOrder.originalOrderId),
      catalog,
      firstDeclinedAt: before?.firstDeclinedAt,
      kept: order && { order, editedFields: before.editedFields },
    },
    count,
  );
}

/** The auto order as an update would leave it that enables it and unpauses its items; as it is where that would be refused. */
function resumed(autoOrder: AutoOrder, rules: EditRules): AutoOrder {
  const items = autoOrder.items.map(({ itemOid }) => ({
    auto_order_item_oid: itemOid,
    paused: false,
  }));
  const edited = editAutoOrder(autoOrder, { enabled: true, items }, rules, []);
  return edited.ok ? edited.value : autoOrder;
}

function wireRebill(
  { rebillNumber, at, order, currency, dateRules }: PreviewedRebill,
  zone: string,
): PreviewRebill {
  const money = (amount: Minor) => fromMinor(amount, currency);
  return {
    rebill_number: rebillNumber,
    shipment_dts: wireDate(at, zone),
    currency_code: currency,
    lines: order.lines.map((line) => ({
      auto_order_item_oid: line.itemOid,
      kind: line.kind,
      merchant_item_id: line.itemId,
      description: line.description,
      quantity: line.quantity,
      unit_cost: money(line.unitCost),
      total_cost: money(line.amount),
      price_rules: priceRules(line, money),
      date_rules: wireDateRules(line, dateRules, zone),
    })),
    subtotal: money(order.subtotal),
    discount: money(order.discount),
    shipping: money(order.shipping),
    tax: money(order.tax),
    total: money(order.total),
  };
}

const priceRules = (line: RebillLine, money: (amount: Minor) => number): PreviewRule[] =>
  line.priceRules.map(({ rule, detail, unitCost }) => ({
    rule,
    detail,
    unit_cost: money(unitCost),
  }));

/** What rides along has no date of its own. */
function wireDateRules(
  { kind, itemOid }: RebillLine,
  dateRules: ReadonlyMap<number, readonly DateRule[]>,
  zone: string,
): PreviewRule[] {
  if (kind === 'add-on')
    return [
      {
        rule: 'rides along',
        detail: itemOid === undefined ? 'with every order of the auto order' : 'with its item',
      },
    ];
  return (dateRules.get(itemOid ?? 0) ?? []).map(({ rule, detail, at }) => ({
    rule,
    detail,
    ...(at === undefined ? {} : { shipment_dts: wireDate(at, zone) }),
  }));
}
