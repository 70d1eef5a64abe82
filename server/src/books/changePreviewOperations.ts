import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderPreviewRequest } from '@perennial/contract/change.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { monthsForItems } from '../autoOrders/cardValidity.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { asStored, refuseStale } from '../autoOrders/changeOperations.ts';
import { countNewItems } from '../autoOrders/editItem.ts';
import { decideUpdate, itemIdsOfUpdate, type UpdateOptions } from '../autoOrders/operations.ts';
import { originalOrderAfter } from '../autoOrders/originalOrderOperations.ts';
import { noAutoOrder } from '../autoOrders/readOperations.ts';
import {
  type Action,
  type ActionInput,
  decideAction,
  refuseInput,
} from '../autoOrders/repeatableOperations.ts';
import { editRules } from '../autoOrders/rules.ts';
import { leftWords } from '../autoOrders/staleForm.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import type { OrderRecord } from '../orders/order.ts';
import { loadTaxTerms } from '../orders/taxReader.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { mayBeOfRecord } from '../platform/storage/unreadable.ts';
import { readBilled, readOpenRebills } from '../rebill/billedStore.ts';
import type { DecisionInput } from '../rebill/plan.ts';
import { type Preview, previewRebills } from './preview.ts';
import { decisionInput, refuseCount } from './previewOperations.ts';

/** The previews with and without a change. The change itself is not made. */
export interface ChangePreview {
  readonly before: Preview;
  readonly after: Preview;
  /** The warnings that the update would return, one sentence each. */
  readonly warnings: readonly string[];
  /** The version of the record that was read. */
  readonly version: number;
}

/**
 * Previews an update or an action with the rules that decide the change itself. Writes nothing.
 * Refuses what the change would refuse.
 */
export async function previewChange(
  context: Context,
  oid: number,
  request: AutoOrderPreviewRequest,
  count: number,
  options: Pick<UpdateOptions, 'ifMatch' | 'gatewayCodesOf' | 'validatesOriginalOrder'>,
): Promise<ChangePreview> {
  const body = request.auto_order;
  const action = actionOf(context, oid, request, options.ifMatch);
  refuseCount(count);
  const { db, merchant } = context;
  const [current] = await loadAutoOrders(db, merchant.merchantId, [oid]);
  if (current === undefined) return noAutoOrder({ oid });
  refuseStale(current, options.ifMatch);
  const { after, warnings } = action
    ? await actedOn(context, current, action)
    : await changedBy(context, current, body ?? {}, options);
  const catalog = await loadCatalog(db, merchant.merchantId, [current, after]);
  const original =
    body?.original_order &&
    (await originalOrderAfter(context, current, body.original_order, {
      validates: options.validatesOriginalOrder,
      monthsMin: monthsForItems(after, catalog),
    }));
  const input = await decisionInput(context, current);
  const changed = {
    ...input,
    autoOrder: after,
    catalog,
    ...(original && (await movedTo(context, original.order))),
  };
  return {
    before: previewOrParked(context, input, count),
    after: previewOrParked(context, changed, count),
    warnings: [...warnings, ...(original ? original.ignored : [])],
    version: current.version,
  };
}

/** The original order after a change, with the taxes of its new address. */
async function movedTo(context: Context, original: OrderRecord) {
  const termsOf = await readCustomerTerms(context, [original], { agreed: true });
  const taxOf = await loadTaxTerms(context.db, context.merchant, [original], termsOf);
  return { original, tax: taxOf(original) };
}

interface PreviewedAction {
  readonly name: Action;
  readonly input: ActionInput;
}

/**
 * Returns the action that a request names. Refuses a request with neither an action nor an update.
 */
function actionOf(
  context: Context,
  oid: number,
  { auto_order: update, action: name, action_request: body }: AutoOrderPreviewRequest,
  ifMatch: number | undefined,
): PreviewedAction | undefined {
  if (!name) return update ? undefined : refuse('missing_field', { field: 'auto_order' });
  if (update)
    return refuse('invalid_field', {
      field: 'action',
      reason: 'is given along with auto_order',
      fix: 'Send one of them',
    });
  const input = { oid, body: body ?? {}, ifMatch };
  refuseInput(context, name, input);
  return { name, input };
}

async function actedOn(context: Context, current: AutoOrder, { name, input }: PreviewedAction) {
  const { db, merchant } = context;
  const rules = editRules(context, await loadCatalog(db, merchant.merchantId, [current]));
  const readers = { readBilled, readOpenRebills };
  const decided = await decideAction(context, current, rules, name, input, readers);
  if (!decided.ok)
    return refuse('invalid_field', decided.reason, { objectId: String(current.autoOrderOid) });
  const { after, ignored, missed } = decided.value;
  return { after: asStored(after, rules), warnings: [...ignored, ...missed] };
}

async function changedBy(
  context: Context,
  current: AutoOrder,
  body: WireAutoOrder,
  { ifMatch, gatewayCodesOf }: Pick<UpdateOptions, 'ifMatch' | 'gatewayCodesOf'>,
) {
  const { db, merchant } = context;
  const itemIds = itemIdsOfUpdate(body);
  const catalog = await loadCatalog(db, merchant.merchantId, [current], itemIds);
  const rules = editRules(context, catalog);
  const { edited, left, missed, ignored } = await decideUpdate(context, current, rules, {
    body,
    newOids: provisionalOids(countNewItems(body.items)),
    options: { ifMatch, readBilled, gatewayCodesOf },
  });
  if (!edited.ok)
    return refuse('invalid_field', edited.reason, { objectId: String(current.autoOrderOid) });
  return {
    after: asStored(edited.value, rules),
    warnings: [...(left.length > 0 ? [leftWords(left)] : []), ...ignored, ...missed],
  };
}

/**
 * Returns oids for items that do not exist yet. They are negative, unlike those of stored items.
 */
const provisionalOids = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => -1 - index);

/** An auto order that cannot be read is not billed, so its preview is empty. */
function previewOrParked(context: Context, input: DecisionInput, count: number): Preview {
  try {
    return previewRebills(input, count);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    const { autoOrderOid } = input.autoOrder;
    context.log.error({ err: error, autoOrderOid }, 'an auto order cannot be previewed');
    return { rebills: [], ends: 'parked' };
  }
}
