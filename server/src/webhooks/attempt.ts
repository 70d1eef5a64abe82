import type { Temporal } from 'temporal-polyfill';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { deliveryBody } from './body.ts';
import { destinationPolicy } from './destination.ts';
import { mayHear, missingPermissions } from './owner.ts';
import type { Send, Sent } from './send.ts';
import { signatureHeaders } from './signing.ts';
import type {
  Attempt,
  Authentication,
  DeliveredEvent,
  Delivery,
  Header,
  LoadedDelivery,
  Tried,
} from './webhook.ts';
import type { Destination } from './webhookStore.ts';

/** The sender, the destination, and the signal that ends requests when the server stops. */
export interface AttemptParts {
  readonly send: Send;
  readonly isLoopbackAllowed: boolean;
  readonly signal: AbortSignal;
}

/** The request and its response. */
interface Exchange {
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: Sent;
}

/** Sends a delivery once and returns the result; never throws. */
export async function tryOnce(
  parts: AttemptParts,
  merchant: Merchant,
  destination: Destination,
  loaded: LoadedDelivery,
  at: Temporal.Instant,
): Promise<Tried> {
  const { events, withheld } = loaded;
  const exchange =
    events.length === 0
      ? notSent(new Error(withheld ?? 'its events are no longer stored'))
      : await sendDelivery(parts, merchant, destination, loaded, at).catch(notSent);
  const { statusCode, retryAfterSeconds } = exchange.sent;
  return {
    attempt: attemptOf(destination.url, loaded, exchange, at),
    isForgotten: events.length === 0,
    isCut: parts.signal.aborted && statusCode === undefined,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function attemptOf(
  uri: string,
  { delivery, events, recordedAt }: LoadedDelivery,
  { headers, sent }: Exchange,
  at: Temporal.Instant,
): Attempt {
  const { statusCode } = sent;
  return {
    delivery,
    uri,
    eventNames: [...new Set(events.map((event) => event.name))],
    requestHeaders: withoutSecrets(headers),
    responseHeaders: sent.responseHeaders,
    response: sent.response,
    ...(statusCode === undefined ? {} : { statusCode }),
    success: statusCode !== undefined && statusCode >= 200 && statusCode < 300,
    durationMs: sent.durationMs,
    queueDelayMs:
      recordedAt === undefined ? 0 : at.epochMilliseconds - recordedAt.epochMilliseconds,
    at,
  };
}

async function sendDelivery(
  { send, isLoopbackAllowed, signal }: AttemptParts,
  merchant: Merchant,
  destination: Destination,
  { delivery: { deliveryId }, events }: LoadedDelivery,
  at: Temporal.Instant,
): Promise<Exchange> {
  const { url, authentication, compressEvents, signingKeys } = destination;
  const body = deliveryBody(events, compressEvents);
  const epochSeconds = Math.floor(at.epochMilliseconds / 1000);
  const signed = { ...signatureHeaders(deliveryId, epochSeconds, body, signingKeys) };
  const policy = destinationPolicy(merchant, isLoopbackAllowed);
  const outgoing = { url, body, policy, signal };
  if (authentication.type === 'aws iam') {
    const { accessKey, secretKey } = authentication;
    // Amazon's library is large and few webhooks need it, so it is loaded on demand.
    const { sendToQueue } = await import('./sqs.ts');
    const message = { ...outgoing, accessKey, secretKey, attributes: signed };
    return {
      headers: signed,
      sent: await sendToQueue({ ...message, deduplicationId: deliveryId }, send),
    };
  }
  const headers = {
    'content-type': 'application/json; charset=UTF-8',
    'user-agent': 'Perennial-Webhooks/1',
    ...signed,
    ...authorization(authentication),
  };
  return { headers, sent: await send({ ...outgoing, headers }) };
}

/** Returns the delivery without the events that its owner may not read. */
export function permitted(
  loaded: LoadedDelivery,
  permissions: ReadonlySet<string>,
): LoadedDelivery {
  const events = loaded.events.filter((event) => mayHear(permissions, event.name));
  if (events.length === loaded.events.length) return loaded;
  const lacking = missingPermissions(permissions, namesOf(loaded.events));
  return {
    ...loaded,
    events,
    withheld: `the owner of the webhook lacks the permission ${lacking.join(', ')}`,
  };
}

const namesOf = (events: readonly DeliveredEvent[]): string[] => events.map(({ name }) => name);

/** Returns the result for a delivery that was not sent after all. It is due again immediately. */
export function unsent({ url }: Destination, delivery: Delivery, at: Temporal.Instant): Tried {
  const nothing = {
    eventNames: [],
    requestHeaders: [],
    responseHeaders: [],
    response: '',
    success: false,
    durationMs: 0,
    queueDelayMs: 0,
  };
  return { attempt: { delivery, uri: url, at, ...nothing }, isForgotten: false, isCut: true };
}

const notSent = (error: unknown): Exchange => ({
  headers: {},
  sent: {
    response: `not sent: ${error instanceof Error ? error.message : String(error)}`,
    responseHeaders: [],
    durationMs: 0,
  },
});

function authorization(authentication: Authentication): { readonly authorization?: string } {
  if (authentication.type !== 'basic') return {};
  const { username, password } = authentication;
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Header[] {
  return Object.entries(headers).map(([name, value]) => ({
    name,
    value: name === 'authorization' ? 'Basic (not shown)' : value,
  }));
}
