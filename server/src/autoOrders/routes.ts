import type { AutoOrderQuery, AutoOrderQueryBatch } from '@perennial/contract/autoOrder.ts';
import { operations } from '@perennial/contract/operations.ts';
import { autoOrderStatuses } from '@perennial/contract/screens.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { NewCardParts } from '../orders/newCardOperations.ts';
import type { Context } from '../platform/context.ts';
import { type Answer, type AnswerExtras, noContent, payloadText } from '../platform/http/answer.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Input, Routes } from '../platform/http/routes.ts';
import { leftOutWarning } from '../platform/http/unreadableRecords.ts';
import { consolidateAutoOrders, type MergeReaders } from './consolidateOperations.ts';
import { establishAutoOrder } from './createOperations.ts';
import {
  cancelItemByReferenceOrder,
  pauseAutoOrder,
  type UpdateOptions,
  type UpdateReaders,
  updateAutoOrder,
  updateItemAddOns,
  updateItemProperties,
  updateProperties,
} from './operations.ts';
import { isValidating } from './originalOrderOperations.ts';
import {
  type AutoOrderKey,
  getAutoOrder,
  getAutoOrders,
  getAutoOrdersBatch,
} from './readOperations.ts';
import type { AutoOrderFilter } from './search.ts';
import { leftWords } from './staleForm.ts';
import { queueBatch, updateBatch } from './updateJobOperations.ts';

/** The functions of other features that the routes of auto orders need. */
export interface AutoOrderParts extends UpdateReaders, MergeReaders {
  readonly newCards?: NewCardParts;
}

/**
 * The auto order operations of the contract. An operation that changes an auto order returns the
 * changed auto order.
 */
export const autoOrderRoutes = ({ newCards, ...readers }: AutoOrderParts) =>
  ({
    getAutoOrders: (context, input) => list(context, input, input.query),
    getAutoOrdersByQuery: (context, input) => list(context, input, input.body),
    getAutoOrdersBatch: async (context, { body, expand }) => {
      const { json, leftOut } = await getAutoOrdersBatch(context, oidsOf(body), expand);
      return payloadText(json, leftOutWarning(context, 'auto order', leftOut));
    },
    getAutoOrder: (context, { params, expand }) =>
      one(context, { oid: params.auto_order_oid }, expand),
    getAutoOrderByCode: (context, { params, expand }) =>
      one(context, { code: params.auto_order_code }, expand),
    getAutoOrderByReferenceOrderId: (context, { params, expand }) =>
      one(context, { originalOrderId: params.reference_order_id }, expand),
    establishAutoOrderByReferenceOrderId: async (context, { params, expand }) =>
      one(context, { oid: await establishAutoOrder(context, params.reference_order_id) }, expand),
    cancelAutoOrderItemByReferenceOrderId: async (context, { params, body, expand }) =>
      one(
        context,
        {
          oid: await cancelItemByReferenceOrder(
            context,
            params.reference_order_id,
            params.original_item_id,
            body ?? {},
          ),
        },
        expand,
      ),
    updateAutoOrder: async (
      context,
      { params: { auto_order_oid: oid }, query, body, expand, ifMatch },
    ) => {
      const missed: string[] = [];
      const ignored: string[] = [];
      const left = await updateAutoOrder(context, oid, body, {
        onMissed: (words) => missed.push(...words),
        onIgnored: (words) => ignored.push(...words),
        ...readers,
        newCards,
        ifMatch,
        validatesOriginalOrder: isValidating(query.validate_original_order),
      });
      return one(context, { oid }, expand, { left, ignored, missed });
    },
    updateAutoOrdersBatch: (context, input) =>
      updateAutoOrdersBatch(context, input, { ...readers, newCards }),
    pauseAutoOrder: async (context, { params: { auto_order_oid: oid }, expand, ifMatch }) => {
      await pauseAutoOrder(context, oid, ifMatch);
      return one(context, { oid }, expand);
    },
    consolidateAutoOrders: async (
      context,
      { params: { auto_order_oid: oid }, body, expand, ifMatch },
    ) => {
      const sourceOids = body.source_auto_order_oids;
      await consolidateAutoOrders(context, oid, { sourceOids, ifMatch, ...readers });
      return one(context, { oid }, expand);
    },
    // The newer operations also return the newer fields if they change them.
    updateAutoOrderProperties: async (
      context,
      { params: { auto_order_oid: oid }, body, expand, ifMatch },
    ) => {
      await updateProperties(context, oid, body.properties, ifMatch);
      return one(context, { oid }, alsoWith(expand, 'properties'));
    },
    updateAutoOrderItemProperties: async (
      context,
      { params: { auto_order_oid: oid, auto_order_item_oid: itemOid }, body, expand, ifMatch },
    ) => {
      await updateItemProperties(context, oid, itemOid, body.properties, ifMatch);
      return one(context, { oid }, alsoWith(expand, 'items', 'properties'));
    },
    updateAutoOrderItemAddOns: async (
      context,
      { params: { auto_order_oid: oid, auto_order_item_oid: itemOid }, body, expand, ifMatch },
    ) => {
      const options = { ifMatch, ...readers };
      const left = await updateItemAddOns(context, oid, itemOid, body.add_on_items, options);
      return one(context, { oid }, alsoWith(expand, 'items', 'add_ons'), { left });
    },
  }) satisfies Routes;

async function one(
  context: Context,
  key: AutoOrderKey,
  expand: ReadonlySet<string>,
  remarks: Remarks = {},
): Promise<Answer> {
  const { json, version } = await getAutoOrder(context, key, expand);
  return payloadText(json, { version, ...warningOf(remarks) });
}

/** The remarks that an update returns along with its result. */
interface Remarks {
  /** The fields that were stale and were not changed. */
  readonly left?: readonly string[];
  /** Sentences about fields that had no effect. */
  readonly ignored?: readonly string[];
  /** Sentences about the charges for missed shipments. */
  readonly missed?: readonly string[];
}

function warningOf({ left = [], ignored = [], missed = [] }: Remarks): Warned {
  const message = [...(left.length > 0 ? [leftWords(left)] : []), ...ignored, ...missed].join(' ');
  if (message === '') return {};
  const unstale = ignored.length > 0 ? 'without_effect' : 'missed_shipments';
  return { warning: { code: left.length > 0 ? 'stale_fields' : unstale, message } };
}

/** Joins two warnings into one: the code of the first, and the messages of both. */
function joined({ warning: one }: Warned, { warning: other }: Warned): Warned {
  if (!one || !other) return one || other ? { warning: (one ?? other)! } : {};
  return { warning: { code: one.code, message: `${one.message} ${other.message}` } };
}

type Warned = Pick<AnswerExtras, 'warning'>;

async function list(
  context: Context,
  { sort, page, expand }: Pick<Input<'getAutoOrders'>, 'sort' | 'page' | 'expand'>,
  query: Query,
): Promise<Answer> {
  const { json, resultSet, leftOut } = await getAutoOrders(
    context,
    { filter: filterOf(query, context.merchant.timeZone), sort, page },
    expand,
  );
  return payloadText(json, { resultSet, ...leftOutWarning(context, 'auto order', leftOut) });
}

async function updateAutoOrdersBatch(
  context: Context,
  { query, body, expand }: Input<'updateAutoOrdersBatch'>,
  parts: Pick<UpdateOptions, keyof UpdateReaders | 'newCards'>,
): Promise<Answer> {
  const elements = body.autoOrders ?? refuse('missing_field', { field: 'autoOrders' });
  const { maxElements, maxElementsAsync } = operations.updateAutoOrdersBatch;
  const max = query._async ? maxElementsAsync : maxElements;
  if (elements.length > max) refuse('too_many_elements', { field: 'autoOrders', max });
  if (query._async) {
    await queueBatch(context, elements, { validatesOriginalOrder: true, newCards: parts.newCards });
    return noContent();
  }
  const options = { ...parts, validatesOriginalOrder: true };
  const { updated, failed, ...remarks } = await updateBatch(context, elements, options);
  const { json, leftOut } = await getAutoOrdersBatch(context, updated, expand);
  const unreadable = leftOutWarning(context, 'auto order', leftOut);
  const warning = joined(warningOf(remarks), unreadable);
  if (failed.length === 0) return payloadText(json, warning);
  const developerMessage = failed.map(({ id, message }) => `${id}: ${message}`).join(' ');
  return payloadText(json, {
    ...warning,
    partialFailure: { developerMessage, objectIds: failed.map(({ id }) => id) },
  });
}

function oidsOf({ auto_order_oids: oids }: AutoOrderQueryBatch): readonly number[] {
  if (!oids) return refuse('missing_field', { field: 'auto_order_oids' });
  const { maxElements: max } = operations.getAutoOrdersBatch;
  return oids.length > max ? refuse('too_many_elements', { field: 'auto_order_oids', max }) : oids;
}

const alsoWith = (expand: ReadonlySet<string>, ...names: readonly string[]): ReadonlySet<string> =>
  new Set([...expand, ...names]);

/** A filter by a status that no auto order can have would silently find nothing. */
function statusOf(status: string | undefined): string | undefined {
  const known: readonly string[] = autoOrderStatuses;
  if (status !== undefined && !known.includes(fold(status)))
    refuse('unknown_enum', { field: 'status', allowed: known });
  return status;
}

/** The filters of the list's query string and of the query's body. Both use the same names. */
type Query = AutoOrderQuery & { readonly _since?: string };

function filterOf(query: Query, timeZone: string): AutoOrderFilter {
  const text = (value: string | null | undefined): string | undefined => value?.trim() || undefined;
  const moment = (name: keyof Query) =>
    filterDate(query[name] as string | null | undefined, name, timeZone);
  return {
    autoOrderCode: text(query.auto_order_code),
    originalOrderId: text(query.original_order_id),
    status: statusOf(text(query.status)),
    firstName: text(query.first_name),
    lastName: text(query.last_name),
    company: text(query.company),
    city: text(query.city),
    state: text(query.state),
    postalCode: text(query.postal_code),
    countryCode: text(query.country_code),
    phone: text(query.phone),
    email: text(query.email),
    cardType: text(query.card_type),
    itemId: text(query.item_id),
    originalItemId: text(query.original_item_id),
    nextItemId: text(query.next_item_id),
    customerProfileOid: query.customer_profile_oid ?? undefined,
    originalOrderFrom: moment('original_order_date_begin'),
    originalOrderUntil: moment('original_order_date_end'),
    nextShipmentFrom: moment('next_shipment_date_begin'),
    nextShipmentUntil: moment('next_shipment_date_end'),
    since: moment('_since'),
  };
}
