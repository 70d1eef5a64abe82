import type { AutoOrderActionRequest, autoOrderActions } from '@perennial/contract/change.ts';
import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { type Outcome, success } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import type { Warning } from '../platform/http/answer.ts';
import { dateOf } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { AutoOrder } from './autoOrder.ts';
import type { ReadBilled } from './billed.ts';
import { changeAutoOrder } from './changeOperations.ts';
import type { ReadOpenRebills } from './consolidateOperations.ts';
import type { EditRules } from './editItem.ts';
import { missedWords } from './missed.ts';
import { skipped, unskipped } from './skips.ts';
import { reactivated, resumed, type Started, type StartRequest } from './starts.ts';

/** The functions of the rebill feature that changes of single shipments need. */
export interface ShipmentReaders {
  readonly readBilled: ReadBilled;
  readonly readOpenRebills: ReadOpenRebills;
}

/** A request for one of these changes, as sent. */
export interface ActionInput {
  readonly oid: number;
  readonly body: AutoOrderActionRequest;
  readonly ifMatch?: number | undefined;
}

const countMax = 100;

/** A change that may be repeated safely. */
export type Action = (typeof autoOrderActions)[number];

/** The effect of an action on a record. */
export interface DecidedAction {
  readonly after: AutoOrder;
  /** Sentences about parts of the request that have no effect. */
  readonly ignored: readonly string[];
  /** Sentences about shipments that the action turns into missed ones. */
  readonly missed: readonly string[];
}

/**
 * Decides what an action does to a record. The action and its preview both use it. Writes nothing.
 */
export function decideAction(
  context: Context,
  autoOrder: AutoOrder,
  rules: EditRules,
  action: Action,
  input: ActionInput,
  readers: ShipmentReaders,
): Promise<Outcome<DecidedAction, FieldFault>> {
  refuseUnknownItem(autoOrder, input);
  if (action !== 'reactivate') refuseStopped(autoOrder);
  switch (action) {
    case 'skip':
    case 'unskip':
      return decideMove(context, autoOrder, rules, action, input, readers);
    case 'resume':
      return Promise.resolve(decideStart(context, autoOrder, rules, resumed, input));
    case 'reactivate':
      return Promise.resolve(decideStart(context, autoOrder, rules, reactivated, input));
  }
}

/**
 * Skips the named shipment, and those after it up to `count` in all. Nothing is charged for them.
 * Sending the same request again changes nothing. Refuses while a charge is under way, and when the
 * auto order is stopped.
 */
export const skipShipments = (context: Context, input: ActionInput, readers: ShipmentReaders) =>
  act(context, 'skip', input, readers);

/** Brings a skipped shipment back. Sending the same request again changes nothing. */
export const unskipShipment = (context: Context, input: ActionInput, readers: ShipmentReaders) =>
  act(context, 'unskip', input, readers);

/**
 * Resumes the paused items, or one of them. The setting `missed_shipments` decides which missed
 * shipments are charged; the returned warning says so.
 */
export const resumeItems = (context: Context, input: ActionInput, readers: ShipmentReaders) =>
  act(context, 'resume', input, readers);

/**
 * Enables an auto order that was canceled or disabled, and reopens a named item that was ended. The
 * missed shipments are never charged.
 */
export const reactivate = (context: Context, input: ActionInput, readers: ShipmentReaders) =>
  act(context, 'reactivate', input, readers);

const titles: Record<Action, string> = {
  skip: 'Shipment skipped',
  unskip: 'Skipped shipment brought back',
  resume: 'Resumed',
  reactivate: 'Reactivated',
};

async function act(
  context: Context,
  action: Action,
  input: ActionInput,
  readers: ShipmentReaders,
): Promise<Warning | undefined> {
  refuseInput(context, action, input);
  let words: Pick<DecidedAction, 'ignored' | 'missed'> = { ignored: [], missed: [] };
  await changeAutoOrder(context, input.oid, {
    title: titles[action],
    ifMatch: input.ifMatch,
    edit: async (autoOrder, rules, context) => {
      const decided = await decideAction(context, autoOrder, rules, action, input, readers);
      if (!decided.ok) return decided;
      words = decided.value;
      return success(decided.value.after);
    },
  });
  return warningOf(words.ignored, words.missed);
}

/** Refuses a request whose fields are missing or wrong, regardless of the auto order. */
export function refuseInput(context: Context, action: Action, input: ActionInput): void {
  const at = shipmentOf(context, input);
  if (action !== 'skip' && action !== 'unskip') return;
  if (at === undefined) refuse('missing_field', { field: 'shipment_dts' });
  const count = input.body.count ?? 1;
  if (action === 'skip' && (count < 1 || count > countMax))
    refuse('out_of_range', { field: 'count', min: 1, max: countMax });
}

async function decideMove(
  context: Context,
  autoOrder: AutoOrder,
  rules: EditRules,
  action: 'skip' | 'unskip',
  input: ActionInput,
  { readBilled, readOpenRebills }: ShipmentReaders,
): Promise<Outcome<DecidedAction, FieldFault>> {
  const { oid } = input;
  const at = shipmentOf(context, input) ?? refuse('missing_field', { field: 'shipment_dts' });
  const named = { itemOid: itemOidOf(input), at };
  const billed = await readBilled(context, oid);
  const moved =
    action === 'skip'
      ? skipped(autoOrder, { ...named, count: input.body.count ?? 1 }, billed, rules)
      : unskipped(autoOrder, named, billed, rules);
  // Until its charge ends, the shipment that is being charged counts as the next one.
  if (!moved.ok || moved.value !== autoOrder)
    refuseUnderWay(oid, (await readOpenRebills(context, [oid])).get(oid));
  if (!moved.ok) return moved;
  const ignored = action === 'skip' ? [] : countWords(input);
  return success({ after: moved.value, ignored, missed: [] });
}

function decideStart(
  context: Context,
  autoOrder: AutoOrder,
  rules: EditRules,
  change: (
    autoOrder: AutoOrder,
    request: StartRequest,
    rules: EditRules,
  ) => Outcome<Started, FieldFault>,
  input: ActionInput,
): Outcome<DecidedAction, FieldFault> {
  const request = { itemOid: itemOidOf(input), at: shipmentOf(context, input) };
  const outcome = change(autoOrder, request, rules);
  if (!outcome.ok) return outcome;
  const { autoOrder: after, warning } = outcome.value;
  return success({
    after,
    ignored: [...countWords(input), ...(warning === undefined ? [] : [warning])],
    missed: missedWords(autoOrder, after, rules),
  });
}

function warningOf(ignored: readonly string[], missed: readonly string[]): Warning | undefined {
  const message = [...ignored, ...missed].join(' ');
  if (message === '') return undefined;
  return { code: ignored.length > 0 ? 'no_effect' : 'missed_shipments', message };
}

const itemOidOf = ({ body }: ActionInput): number | undefined =>
  body.auto_order_item_oid ?? undefined;

const shipmentOf = ({ merchant }: Context, { body }: ActionInput): Temporal.Instant | undefined =>
  body.shipment_dts == null
    ? undefined
    : dateOf(body.shipment_dts, 'shipment_dts', merchant.timeZone);

const countWords = ({ body: { count } }: ActionInput): readonly string[] =>
  (count ?? 1) === 1 ? [] : ['count had no effect: only a skip counts shipments.'];

function refuseUnknownItem(autoOrder: AutoOrder, input: ActionInput): void {
  const itemOid = itemOidOf(input);
  if (itemOid === undefined || autoOrder.items.some((item) => item.itemOid === itemOid)) return;
  refuse('invalid_field', {
    field: 'auto_order_item_oid',
    reason: 'is not an item of this auto order',
    fix: 'Send the oid of one of its items, or leave it out for all of them',
  });
}

function refuseStopped({ autoOrderOid, status, mergedIntoAutoOrderOid: into }: AutoOrder): void {
  if (status === 'active') return;
  refuse(
    'state_conflict',
    status === 'merged'
      ? {
          reason: `Auto order ${autoOrderOid} was merged into ${into}`,
          fix: 'Change that auto order instead',
        }
      : { reason: `Auto order ${autoOrderOid} is ${status}`, fix: 'Reactivate it first' },
    { objectId: String(autoOrderOid) },
  );
}

/**
 * The gateway decides whether the shipment of a charge under way is paid. A skip cannot change
 * that.
 */
function refuseUnderWay(oid: number, open: string | undefined): void {
  if (open !== 'charging' && open !== 'unknown') return;
  refuse(
    'state_conflict',
    {
      reason: `A charge of auto order ${oid} is under way`,
      fix: 'Wait for its result and try again',
    },
    { objectId: String(oid) },
  );
}
