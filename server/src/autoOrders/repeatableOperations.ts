import type { AutoOrderActionRequest } from '@perennial/contract/change.ts';
import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { success } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import type { Warning } from '../platform/http/answer.ts';
import { dateOf } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { AutoOrder } from './autoOrder.ts';
import type { Billed, ReadBilled } from './billed.ts';
import { changeAutoOrder } from './changeOperations.ts';
import type { ReadOpenRebills } from './consolidateOperations.ts';
import type { EditRules } from './editItem.ts';
import { missedWords } from './missed.ts';
import { skipped, unskipped } from './skips.ts';
import type { Started, StartRequest } from './starts.ts';
import { reactivated, resumed } from './starts.ts';

/** What the rebill feature knows, for changes of single shipments. */
export interface ShipmentReaders {
  readonly readBilled: ReadBilled;
  readonly readOpenRebills: ReadOpenRebills;
}

/** A request for one of these changes, as it was sent. */
export interface ActionInput {
  readonly oid: number;
  readonly body: AutoOrderActionRequest;
  readonly ifMatch?: number | undefined;
}

const countMax = 100;

/**
 * Skips the named shipment and `count` in all. Nothing is charged for them. The same request sent
 * again changes nothing. Refuses while a charge is under way, and when the auto order is stopped.
 */
export async function skipShipments(
  context: Context,
  input: ActionInput,
  readers: ShipmentReaders,
): Promise<Warning | undefined> {
  const count = input.body.count ?? 1;
  if (count < 1 || count > countMax)
    refuse('out_of_range', { field: 'count', min: 1, max: countMax });
  await moveShipments(context, input, readers, 'Shipment skipped', (autoOrder, at, billed, rules) =>
    skipped(autoOrder, { itemOid: itemOidOf(input), at, count }, billed, rules),
  );
  return undefined;
}

/** Brings a skipped shipment back. The same request sent again changes nothing. */
export async function unskipShipment(
  context: Context,
  input: ActionInput,
  readers: ShipmentReaders,
): Promise<Warning | undefined> {
  await moveShipments(
    context,
    input,
    readers,
    'Skipped shipment brought back',
    (autoOrder, at, billed, rules) =>
      unskipped(autoOrder, { itemOid: itemOidOf(input), at }, billed, rules),
  );
  return warningOf(countWords(input), []);
}

async function moveShipments(
  context: Context,
  input: ActionInput,
  { readBilled, readOpenRebills }: ShipmentReaders,
  title: string,
  move: (
    autoOrder: AutoOrder,
    at: Temporal.Instant,
    billed: Billed,
    rules: EditRules,
  ) => Outcome<AutoOrder, FieldFault>,
): Promise<void> {
  const { oid, ifMatch } = input;
  const at = shipmentOf(context, input) ?? refuse('missing_field', { field: 'shipment_dts' });
  await changeAutoOrder(context, oid, {
    title,
    ifMatch,
    edit: async (autoOrder, rules, context) => {
      refuseUnknownItem(autoOrder, input);
      refuseStopped(autoOrder);
      const moved = move(autoOrder, at, await readBilled(context, oid), rules);
      if (moved.ok && moved.value !== autoOrder)
        refuseUnderWay(oid, (await readOpenRebills(context, [oid])).get(oid));
      return moved;
    },
  });
}

/**
 * Resumes the paused items, or one of them. What is charged of the missed shipments follows the
 * setting `missed_shipments`; the returned warning says it.
 */
export function resumeItems(context: Context, input: ActionInput): Promise<Warning | undefined> {
  return start(context, input, 'Resumed', (autoOrder, request, rules) => {
    refuseStopped(autoOrder);
    return resumed(autoOrder, request, rules);
  });
}

/**
 * Enables an auto order that was canceled or disabled, and reopens a named item that was ended. The
 * missed shipments are never charged.
 */
export function reactivate(context: Context, input: ActionInput): Promise<Warning | undefined> {
  return start(context, input, 'Reactivated', reactivated);
}

async function start(
  context: Context,
  input: ActionInput,
  title: string,
  change: (
    autoOrder: AutoOrder,
    request: StartRequest,
    rules: EditRules,
  ) => Outcome<Started, FieldFault>,
): Promise<Warning | undefined> {
  const { oid, ifMatch } = input;
  const request = { itemOid: itemOidOf(input), at: shipmentOf(context, input) };
  const ignored = [...countWords(input)];
  let missed: readonly string[] = [];
  await changeAutoOrder(context, oid, {
    title,
    ifMatch,
    edit: (autoOrder, rules) => {
      refuseUnknownItem(autoOrder, input);
      const outcome = change(autoOrder, request, rules);
      if (!outcome.ok) return outcome;
      const { autoOrder: after, warning } = outcome.value;
      if (warning !== undefined) ignored.push(warning);
      missed = missedWords(autoOrder, after, rules);
      return success(after);
    },
  });
  return warningOf(ignored, missed);
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

/** The shipment of a charge under way is paid or declined by the gateway, whatever is skipped. */
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
