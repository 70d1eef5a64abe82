import { createHash } from 'node:crypto';
import type { Item } from '@perennial/contract/item.ts';
import { findOidsByCodes, loadAutoOrders } from '../autoOrders/store.ts';
import { readProfileEmails } from '../customers/store.ts';
import { catalogKey, findItemOids, readItemTexts } from '../items/store.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import type { OrderRecord } from '../orders/order.ts';
import { findOrders } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import type { ObjectFacts, ReadObjectFacts } from '../workflow/objectFacts.ts';

/*
 * Reads facts about the objects of workflow tasks. The objects belong to features that workflow
 * must not import.
 */

/** Reads facts about objects by the name that events (`key`) or clients (`name`) use for them. */
export const readObjectFacts: ReadObjectFacts = async (context, type, by, names) => {
  switch (type) {
    case 'auto order':
      return autoOrderFacts(
        context,
        by === 'key' ? oidsIn(names) : await autoOrderOids(context, names),
      );
    case 'order':
      return orderFacts(context, names);
    case 'item':
      return itemFacts(context, by === 'key' ? oidsIn(names) : await itemOids(context, names));
    case 'customer profile':
      return customerFacts(context, oidsIn(names));
    case 'storefront':
      return new Map();
  }
};

/** Returns the names that are oids, each with its number. */
const oidsIn = (names: readonly string[]): Map<string, number> =>
  new Map(
    names
      .filter((name) => /^\d{1,10}$/.test(name) && Number(name) < 2 ** 31)
      .map((name) => [name, Number(name)]),
  );

/** Clients name an auto order by its code or by its oid. */
async function autoOrderOids(
  { db, merchant: { merchantId } }: Context,
  names: readonly string[],
): Promise<Map<string, number>> {
  const byCode = await findOidsByCodes(db, merchantId, names);
  return new Map([
    ...oidsIn(names),
    ...names.flatMap((name): [string, number][] => {
      const oid = byCode.get(upperCode(name));
      return oid === undefined ? [] : [[name, oid]];
    }),
  ]);
}

async function itemOids(
  { db, merchant: { merchantId } }: Context,
  names: readonly string[],
): Promise<Map<string, number>> {
  const byKey = await findItemOids(db, merchantId, names);
  return new Map(
    names.flatMap((name): [string, number][] => {
      const oid = byKey.get(catalogKey(name));
      return oid === undefined ? [] : [[name, oid]];
    }),
  );
}

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
  oids: ReadonlyMap<string, number>,
): Promise<Map<string, ObjectFacts>> {
  const expand = new Set(['shipping', 'shipping.distribution_centers']);
  const texts = await readItemTexts(db, merchantId, [...oids.values()], { expand, timeZone });
  return new Map(
    [...oids].flatMap(([name, oid]): [string, ObjectFacts][] => {
      const text = texts.get(String(oid));
      if (text === undefined) return [];
      const item = JSON.parse(text) as Item;
      const { description, merchant_item_id: id = '' } = item;
      const context = `Item ${id}${description ? `: ${description}` : ''}`;
      return [[name, { key: String(oid), id, context, stock: stockOf(item) }]];
    }),
  );
}

async function customerFacts(
  { db, merchant: { merchantId } }: Context,
  oids: ReadonlyMap<string, number>,
): Promise<Map<string, ObjectFacts>> {
  const emails = await readProfileEmails(db, merchantId, [...oids.values()]);
  return new Map(
    [...oids].flatMap(([name, oid]): [string, ObjectFacts][] => {
      const email = emails.get(oid);
      return email === undefined
        ? []
        : [[name, { key: `${oid}`, id: `${oid}`, email, context: `Customer ${email}` }]];
    }),
  );
}

function customerOf(order: OrderRecord | undefined): string {
  const { first_name: first, last_name: last, email } = order?.document.billing ?? {};
  const name = [first, last].filter(Boolean).join(' ');
  return name && email ? `${name} (${email})` : name || email || 'an unknown user';
}

/** A hash that changes with the card and says nothing about it. */
function cardMark({ cardToken, document }: OrderRecord): string {
  const { card_expiration_month: month, card_expiration_year: year } =
    document.payment?.credit_card ?? {};
  return createHash('sha256')
    .update(JSON.stringify([cardToken, month, year]))
    .digest('hex');
}

/**
 * Returns the stock level of a counted item over all centers that stock it. An item that is not
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
