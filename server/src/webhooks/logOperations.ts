import { events as catalogue } from '@perennial/contract/events.ts';
import type { QueryOf } from '@perennial/contract/operations.ts';
import type { WebhookLog, WebhookLogSummary } from '@perennial/contract/webhook.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { Context } from '../platform/context.ts';
import type { ResultSet } from '../platform/http/answer.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import { type LeftOut, parseEach } from '../platform/storage/unreadable.ts';
import { deliveryBody } from './body.ts';
import { findLog, type LogEntry, type LogFilter, listLog, type RequestId } from './logStore.ts';
import { ownWebhook, type WebhookParts } from './operations.ts';
import { mayHear } from './owner.ts';
import { readPayloads } from './payloadStore.ts';
import { requestIdOf, wireSummary } from './present.ts';

/** The most characters of a request that responses show (webhook reference, WebhookLog). */
const requestMax = 100_000;

/** Lists the attempts of a webhook's deliveries, newest first. */
export async function getLogSummaries(
  context: Context,
  { seal }: WebhookParts,
  webhookOid: number,
  query: QueryOf<'getWebhookLogSummaries'>,
  page: Page,
): Promise<{
  summaries: WebhookLogSummary[];
  resultSet: ResultSet;
  leftOut: readonly LeftOut[];
}> {
  await ownWebhook(context, seal, webhookOid);
  const filter = filterFrom(query, context);
  const found =
    filter === undefined
      ? []
      : await listLog(context.db, context.merchant.merchantId, webhookOid, filter, page);
  const { rows: summaries, leftOut } = parseEach(found.slice(0, page.limit), requestIdOf, (entry) =>
    wireSummary(entry, context.merchant.timeZone),
  );
  return {
    summaries,
    resultSet: { ...page, count: summaries.length, more: found.length > page.limit },
    leftOut,
  };
}

/** Returns one attempt with its request and response. */
export async function getLog(
  context: Context,
  { seal }: WebhookParts,
  webhookOid: number,
  requestId: string,
): Promise<WebhookLog> {
  const { merchantId, timeZone } = context.merchant;
  const webhook = await ownWebhook(context, seal, webhookOid);
  const id = parseRequestId(requestId);
  const entry = id && (await findLog(context.db, merchantId, webhookOid, id));
  if (!entry) return refuse('not_found', { what: 'delivery', id: requestId });
  const { payloads, shown } = await readOne(context, {
    what: 'delivery',
    id: requestId,
    expand: new Set(),
    read: async () => ({
      shown: wireEntry(entry, timeZone),
      payloads: await readPayloads(context.db, merchantId, webhookOid, [entry]),
    }),
    fix: 'Its events cannot be shown any more; the webhook sends later events as before',
  });
  const sent = payloads.get(entry.deliveryId)?.events ?? [];
  const body = deliveryBody(
    sent.filter((event) => mayHear(context.actor.permissions, event.name)),
    webhook.compressEvents,
  ).toString();
  return {
    webhook_oid: webhookOid,
    ...shown,
    request: body.slice(0, requestMax).toWellFormed(),
  };
}

/** Returns an attempt without its payload. Throws when a stored value cannot be shown. */
function wireEntry(entry: LogEntry, zone: string): WebhookLog {
  return {
    ...wireSummary(entry, zone),
    uri: entry.uri,
    request_headers: shownHeaders('request_headers', entry.requestHeaders),
    response: entry.response,
    response_headers: shownHeaders('response_headers', entry.responseHeaders),
    duration: entry.durationMs,
    queue_delay: entry.queueDelayMs,
    ...(entry.statusCode === undefined ? {} : { status_code: entry.statusCode }),
  };
}

function shownHeaders(name: string, headers: LogEntry['requestHeaders']) {
  if (!Array.isArray(headers)) throw new Error(`its ${name} are not a list`);
  return [...headers];
}

function parseRequestId(text: string): RequestId | undefined {
  const match = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.(\d{1,9})$/.exec(
    text,
  );
  return match ? { deliveryId: match[1]!, attempt: Number(match[2]) } : undefined;
}

/** Builds the filter of a query; undefined when nothing can match it. */
function filterFrom(
  query: QueryOf<'getWebhookLogSummaries'>,
  { merchant: { timeZone: zone }, actor }: Context,
): LogFilter | undefined {
  const request = query.requestId === undefined ? undefined : parseRequestId(query.requestId);
  if (query.requestId !== undefined && !request) return undefined;
  const since =
    filterDate(query.beginDate, 'beginDate', zone) ?? filterDate(query._since, '_since', zone);
  const until = filterDate(query.endDate, 'endDate', zone);
  return fromLoose<LogFilter>({
    readable: Object.keys(catalogue).filter((name) => mayHear(actor.permissions, name)),
    since,
    until,
    request,
    statusCode: statusCodeIn(query.status),
    success: query.success,
    eventName: query.event,
    orderId: query.orderId,
    text: query.request,
    durationMsMin: query.duration,
  });
}

function statusCodeIn(status: string | undefined): number | undefined {
  if (status === undefined) return undefined;
  return /^\d{3}$/.test(status)
    ? Number(status)
    : refuse('wrong_format', { field: 'status', expected: 'a status code such as 200' });
}
