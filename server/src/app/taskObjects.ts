import { createHash } from 'node:crypto';
import type { Item } from '@perennial/contract/item.ts';
import { findOidByCode, loadAutoOrders } from '../autoOrders/store.ts';
import { readCustomerJson } from '../customers/store.ts';
import { type ItemKey, readItemJson } from '../items/store.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import type { OrderRecord } from '../orders/order.ts';
import { findOrders } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import type { ObjectFacts, ReadObjectFacts } from '../workflow/objectFacts.ts';

/*
 * What workflow tasks say about their objects, which belong to features that workflow must not
 * know.
 */

/** Facts by what events (`key`) or clients (`name`) call an object. */
export const readObjectFacts: ReadObjectFacts = async (context, type, by, names) => {
  switch (type) {
    case 'auto order':
      return autoOrderFacts(
        context,
        by === 'key'
          ? new Map(names.map((name) => [name, Number(name)]))
          : await oidsOf(context, names),
      );
    case 'order':
      return orderFacts(context, names);
    case 'item':
      return eachOf(names, (name) =>
        itemFacts(context, by === 'key' ? { oid: Number(name) } : { itemId: name }),
      );
    case 'customer profile':
      return eachOf(names, (name) => customerFacts(context, name));
    case 'storefront':
      return new Map();
  }
};

/** Clients name an auto order by its code or by its oid. */
async function oidsOf(
  { db, merchant: { merchantId } }: Context,
  names: readonly string[],
): Promise<Map<string, number>> {
  const oids = new Map<string, number>();
  for (const name of names) {
    const oid = (await findOidByCode(db, merchantId, name)) ?? oidIn(name);
    if (oid !== undefined) oids.set(name, oid);
  }
  return oids;
}

const oidIn = (name: string): number | undefined =>
  /^\d{1,10}$/.test(name) && Number(name) < 2 ** 31 ? Number(name) : undefined;

async function autoOrderFacts(
  { db, merchant: { merchantId } }: Context,
  oids: ReadonlyMap<string, number>,
): Promise<Map<string, ObjectFacts>> {
  const autoOrders = new Map(
    (await loadAutoOrders(db, merchantId, [...new Set(oids.values())])).map((each) => [
      each.autoOrderOid,
      each,
    ]),
  );
  const orders = new Map(
    (
      await findOrders(
        db,
        merchantId,
        [...autoOrders.values()].map((each) => each.originalOrderId),
      )
    ).map((order) => [order.orderId, order]),
  );
  return new Map(
    [...oids].flatMap(([name, oid]): [string, ObjectFacts][] => {
      const autoOrder = autoOrders.get(oid);
      if (autoOrder === undefined) return [];
      const order = orders.get(autoOrder.originalOrderId);
      const context =
        `Auto order ${autoOrder.autoOrderCode} of ${customerOf(order)}, ${autoOrder.status}, ` +
        `${autoOrder.rebillCount} rebills`;
      return [
        [
          name,
          {
            key: String(oid),
            id: autoOrder.autoOrderCode,
            email: order?.document.billing?.email,
            context,
            cardMark: order && cardMark(order),
          },
        ],
      ];
    }),
  );
}

async function orderFacts(
  { db, merchant: { merchantId } }: Context,
  names: readonly string[],
): Promise<Map<string, ObjectFacts>> {
  const orders = new Map(
    (await findOrders(db, merchantId, names)).map((order) => [order.orderId, order]),
  );
  return new Map(
    names.flatMap((name): [string, ObjectFacts][] => {
      const order = orders.get(upperCode(name));
      if (order === undefined) return [];
      const { orderId, document, charging } = order;
      const context = `Order ${orderId} of ${customerOf(order)}, ${document.current_stage ?? 'Unknown'}`;
      return [
        [
          name,
          {
            key: orderId,
            id: orderId,
            email: document.billing?.email,
            context,
            stage: charging ? undefined : document.current_stage,
          },
        ],
      ];
    }),
  );
}

async function itemFacts(
  { db, merchant: { merchantId, timeZone } }: Context,
  key: ItemKey,
): Promise<ObjectFacts | undefined> {
  if ('oid' in key && !(key.oid < 2 ** 31)) return undefined;
  const found = await readItemJson(
    db,
    merchantId,
    key,
    new Set(['shipping', 'shipping.distribution_centers']),
    timeZone,
  );
  if (found === undefined) return undefined;
  const item = JSON.parse(found.json) as Item;
  const { description, merchant_item_id: id = '' } = item;
  return {
    key: String(item.merchant_item_oid),
    id,
    context: `Item ${id}${description ? `: ${description}` : ''}`,
    stock: stockOf(item),
  };
}

async function customerFacts(
  { db, merchant: { merchantId, timeZone } }: Context,
  name: string,
): Promise<ObjectFacts | undefined> {
  const oid = oidIn(name);
  const found =
    oid === undefined
      ? undefined
      : await readCustomerJson(db, merchantId, { oid }, new Set(), { timeZone });
  if (found === undefined) return undefined;
  const { email } = JSON.parse(found.json) as { email?: string };
  return { key: name, id: name, email, context: `Customer ${email ?? name}` };
}

async function eachOf(
  names: readonly string[],
  read: (name: string) => Promise<ObjectFacts | undefined>,
): Promise<Map<string, ObjectFacts>> {
  const facts = new Map<string, ObjectFacts>();
  for (const name of names) {
    const found = await read(name);
    if (found !== undefined) facts.set(name, found);
  }
  return facts;
}

function customerOf(order: OrderRecord | undefined): string {
  const { first_name: first, last_name: last, email } = order?.document.billing ?? {};
  const name = [first, last].filter(Boolean).join(' ');
  return name && email ? `${name} (${email})` : name || email || 'an unknown user';
}

/** Changes together with the card, so it says nothing about it. */
function cardMark({ cardToken, document }: OrderRecord): string {
  const { card_expiration_month: month, card_expiration_year: year } =
    document.payment?.credit_card ?? {};
  return createHash('sha256')
    .update(JSON.stringify([cardToken, month, year]))
    .digest('hex');
}

/**
 * Returns the stock level of a counted item over all places that keep it; an item that is not
 * counted is always in stock.
 */
function stockOf({ shipping }: Item): NonNullable<ObjectFacts['stock']> {
  const places = (shipping?.distribution_centers ?? []).filter((place) => place.handles !== false);
  if (shipping?.track_inventory !== true || places.length === 0) return 'fine';
  const level = places.reduce(
    (all, place) => all + (place.available_to_allocate ?? place.inventory_level ?? 0),
    0,
  );
  const reorder = places.reduce((all, place) => all + (place.reorder_inventory_level ?? 0), 0);
  return level <= 0 ? 'out' : level <= reorder ? 'low' : 'fine';
}
