import { Readable } from 'node:stream';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { HttpRequest } from '@smithy/types';
import type { Outgoing, Send, Sent } from './send.ts';

/** A message for an Amazon SQS queue: the body, and the signature headers as message attributes. */
export interface QueueMessage extends Omit<Outgoing, 'headers'> {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Keeps a FIFO queue from accepting a repeated delivery twice. */
  readonly deduplicationId: string;
}

/**
 * Sends a message with Amazon's library, which signs the request. The request itself goes through
 * `send`, so the same addresses are forbidden.
 */
export async function sendToQueue(message: QueueMessage, send: Send): Promise<Sent> {
  let sent: Sent | undefined;
  const client = new SQSClient({
    region: regionOf(message.url),
    credentials: { accessKeyId: message.accessKey, secretAccessKey: message.secretKey },
    endpoint: new URL(message.url).origin,
    // Retries are scheduled by the delivery worker.
    maxAttempts: 1,
    requestHandler: {
      async handle(request: HttpRequest) {
        const { protocol, hostname, port, path } = request;
        const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
        const headers = Object.fromEntries(
          Object.entries(request.headers).filter(
            ([name]) => !['host', 'content-length'].includes(name.toLowerCase()),
          ),
        );
        sent = await send({ ...message, url, headers, body: bytesOf(request.body) });
        if (sent.statusCode === undefined) throw new Error(sent.response);
        const answered = {
          statusCode: sent.statusCode,
          headers: Object.fromEntries(sent.responseHeaders.map(({ name, value }) => [name, value])),
          body: Readable.from([sent.response]),
        };
        return { response: answered as never };
      },
    },
  });
  const isFifo = new URL(message.url).pathname.endsWith('.fifo');
  try {
    await client.send(
      new SendMessageCommand({
        QueueUrl: message.url,
        MessageBody: message.body.toString(),
        MessageAttributes: Object.fromEntries(
          Object.entries(message.attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
        ...(isFifo
          ? { MessageGroupId: 'perennial', MessageDeduplicationId: message.deduplicationId }
          : {}),
      }),
    );
    return sent!;
  } catch (error) {
    // A response of the queue describes the failure best; without a response, the error is used.
    return (
      sent ?? {
        response: `not sent: ${error instanceof Error ? error.message : String(error)}`,
        responseHeaders: [],
        durationMs: 0,
      }
    );
  } finally {
    client.destroy();
  }
}

/**
 * Returns the bytes of the library's body without copying. `Buffer.from(body)` would ask the object
 * for its value; the library then converts it to text and logs a warning.
 */
const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

/**
 * Returns the region in a host name: `sqs.eu-central-1.amazonaws.com` → `eu-central-1`. Other hosts
 * ignore the region.
 */
function regionOf(url: string): string {
  return /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).hostname)?.[1] ?? 'us-east-1';
}
