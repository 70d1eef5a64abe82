/**
 * Every model by its name in the wire format: for the OpenAPI document, validation and the
 * conformance tests.
 */

import * as apiKey from './apiKey.ts';
import * as audit from './audit.ts';
import * as auditLog from './auditLog.ts';
import * as autoOrder from './autoOrder.ts';
import * as autoOrderItem from './autoOrderItem.ts';
import * as catalog from './catalog.ts';
import * as change from './change.ts';
import * as chargeback from './chargeback.ts';
import * as charging from './charging.ts';
import * as clock from './clock.ts';
import * as common from './common.ts';
import * as coupon from './coupon.ts';
import * as customer from './customer.ts';
import * as customerAccess from './customerAccess.ts';
import * as customerLists from './customerLists.ts';
import type { NamedModel } from './fields.ts';
import * as fulfillment from './fulfillment.ts';
import * as item from './item.ts';
import * as itemContent from './itemContent.ts';
import * as itemMarketplaces from './itemMarketplaces.ts';
import * as itemOptions from './itemOptions.ts';
import * as itemPricing from './itemPricing.ts';
import * as itemShipping from './itemShipping.ts';
import * as live from './live.ts';
import * as mailTemplate from './mailTemplate.ts';
import * as oauth from './oauth.ts';
import * as order from './order.ts';
import * as orderCheckout from './orderCheckout.ts';
import * as orderCopy from './orderCopy.ts';
import * as orderItem from './orderItem.ts';
import * as orderPayment from './orderPayment.ts';
import * as orderRefund from './orderRefund.ts';
import * as orderSheet from './orderSheet.ts';
import * as orderShipping from './orderShipping.ts';
import * as perennial from './perennial.ts';
import * as pricing from './pricing.ts';
import * as privacy from './privacy.ts';
import * as receivable from './receivable.ts';
import * as screens from './screens.ts';
import * as session from './session.ts';
import * as shippingMethod from './shippingMethod.ts';
import * as statistics from './statistics.ts';
import * as stock from './stock.ts';
import * as tax from './tax.ts';
import * as timeline from './timeline.ts';
import * as user from './user.ts';
import * as webhook from './webhook.ts';
import * as workflow from './workflow.ts';

/** The files of models, by the area of the reference that shows them. */
const files = {
  auto_order: [autoOrder, autoOrderItem],
  order: [
    order,
    orderItem,
    orderPayment,
    orderShipping,
    orderCheckout,
    orderRefund,
    receivable,
    fulfillment,
    orderCopy,
    orderSheet,
    chargeback,
  ],
  coupon: [coupon],
  item: [item, catalog, itemPricing, itemShipping, itemOptions, itemContent, itemMarketplaces],
  customer: [customer, customerLists, customerAccess],
  webhook: [webhook],
  workflow: [workflow, live],
  oauth: [oauth],
  user: [user],
  session: [session],
  perennial: [
    perennial,
    privacy,
    mailTemplate,
    audit,
    auditLog,
    apiKey,
    change,
    screens,
    charging,
    clock,
    statistics,
    timeline,
    shippingMethod,
    stock,
    tax,
    pricing,
  ],
  common: [common],
};

/** A part of the contract that models belong to. */
export type Area = keyof typeof files;

/** The models of an area. */
export function schemasOf(area: Area): NamedModel[] {
  return files[area].flatMap((file) => Object.values<unknown>(file)).filter(isModel);
}

/** The areas, in the order of the reference. */
export const areas = Object.keys(files) as readonly Area[];

/** The models by name. */
export const schemas: Readonly<Record<string, NamedModel>> = Object.fromEntries(
  areas.flatMap(schemasOf).map((schema) => [schema.$id, schema]),
);

/** Returns the names of all models that a schema reaches through references. */
export function reachable(schema: object, found = new Set<string>()): Set<string> {
  for (const name of referredNames(schema)) {
    if (found.has(name)) continue;
    found.add(name);
    reachable(schemas[name]!, found);
  }
  return found;
}

function referredNames(schema: object): string[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === '$ref') return [value as string];
    return typeof value === 'object' && value !== null ? referredNames(value) : [];
  });
}

function isModel(value: unknown): value is NamedModel {
  return typeof value === 'object' && value !== null && '$id' in value;
}
