import { type TimelineEntry, timelineKinds } from '@perennial/contract/timeline.ts';
import { noAutoOrder } from '../autoOrders/readOperations.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { readCustomerJson } from '../customers/store.ts';
import type { Context } from '../platform/context.ts';
import type { Warning } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  readPlace,
  type TimelineKind,
  type TimelinePlace,
  type TimelineScope,
  wireEntry,
  writePlace,
} from './timeline.ts';
import { findOidsOfCustomer, readTimeline } from './timelineStore.ts';

/** A request for a page, in the client's form. */
export interface TimelineRequest {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** Names of kinds, separated by commas. */
  readonly kinds?: string | undefined;
  readonly limit: number;
}

/** One page of a timeline, the newest entry first. */
export interface TimelineResult {
  readonly entries: readonly TimelineEntry[];
  readonly nextCursor?: string | undefined;
  readonly previousCursor?: string | undefined;
  readonly warning?: Warning | undefined;
}

/** Returns a page of what happened to an auto order. */
export async function autoOrderTimeline(
  context: Context,
  oid: number,
  request: TimelineRequest,
): Promise<TimelineResult> {
  const { db, merchant } = context;
  const [found] = await loadAutoOrders(db, merchant.merchantId, [oid]);
  if (found === undefined) return noAutoOrder({ oid });
  return timelineOf(context, { autoOrderOids: [oid] }, request);
}

/** Returns a page of what happened to all auto orders of a customer. */
export async function customerTimeline(
  context: Context,
  oid: number,
  request: TimelineRequest,
): Promise<TimelineResult> {
  const { db, merchant } = context;
  const { merchantId, timeZone } = merchant;
  const found = await readCustomerJson(db, merchantId, { oid }, new Set(), { timeZone });
  if (found === undefined) return refuse('not_found', { what: 'customer', id: oid });
  const autoOrderOids = await findOidsOfCustomer(db, merchantId, oid);
  return timelineOf(context, { autoOrderOids, customerProfileOid: oid }, request);
}

async function timelineOf(
  context: Context,
  scope: TimelineScope,
  request: TimelineRequest,
): Promise<TimelineResult> {
  if (request.before !== undefined && request.after !== undefined)
    refuse('invalid_field', {
      field: 'after',
      reason: 'is sent along with before',
      fix: 'Send one of them',
    });
  const from = cursorOf(request.before, 'before') ?? cursorOf(request.after, 'after');
  const isForward = request.after !== undefined;
  const { kinds, hidden } = kindsFor(context, request.kinds);
  const { merchantId, timeZone } = context.merchant;
  const limit = request.limit + 1;
  const read = await readTimeline(context.db, merchantId, scope, { kinds, from, isForward, limit });
  const page = read.slice(0, request.limit);
  const rows = isForward ? page.toReversed() : page;
  const hasOlder = isForward ? rows.length > 0 : read.length > request.limit;
  const [newest, oldest] = [rows[0], rows.at(-1)];
  return {
    entries: rows.map((row) => wireEntry(row, timeZone)),
    nextCursor: hasOlder ? oldest && writePlace(oldest) : undefined,
    previousCursor: newest === undefined ? from && writePlace(from) : writePlace(newest),
    warning:
      hidden.length === 0
        ? undefined
        : { code: 'not_permitted', message: `Entries left out: ${hidden.join(', ')}.` },
  };
}

function cursorOf(text: string | undefined, field: string): TimelinePlace | undefined {
  if (text === undefined) return undefined;
  return (
    readPlace(text) ??
    refuse('invalid_field', {
      field,
      reason: 'is not a cursor of a timeline',
      fix: 'Send next_cursor or previous_cursor of an earlier response',
    })
  );
}

/** The additional permission that a kind needs besides auto_order_read. */
const needs: Readonly<Partial<Record<TimelineKind, string>>> = {
  task: 'workflow_read',
  delivery: 'webhook_read',
};

/** The kinds to show, and the requested kinds that the caller may not see. */
function kindsFor({ actor }: Context, text: string | undefined) {
  const named = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = named.find((name) => !timelineKinds.some((kind) => kind === name));
  if (unknown !== undefined)
    refuse('invalid_field', {
      field: 'kinds',
      reason: `names "${unknown}"`,
      fix: `Send some of ${timelineKinds.join(', ')}, separated by commas`,
    });
  const wanted = timelineKinds.filter((kind) => named.length === 0 || named.includes(kind));
  const isHidden = (kind: TimelineKind) =>
    needs[kind] !== undefined && !actor.permissions.has(needs[kind]);
  return {
    kinds: wanted.filter((kind) => !isHidden(kind)),
    hidden:
      named.length === 0 ? [] : wanted.filter(isHidden).map((kind) => `${kind} (${needs[kind]})`),
  };
}
