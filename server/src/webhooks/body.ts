import { gzipSync } from 'node:zlib';
import type { DeliveredEvent } from './webhook.ts';

/**
 * Builds the body of a delivery: `{"events":[{"<event>":{…}}, …]}`. When compressed, `events` is
 * the array as gzip in base64 (docs/adr, webhook deliveries). The same events give the same bytes,
 * so the log can rebuild the body instead of storing it.
 */
export function deliveryBody(events: readonly DeliveredEvent[], compress: boolean): Buffer {
  const list = events.flatMap(({ name, payload }, index) => [
    `${index === 0 ? '' : '},'}{${JSON.stringify(name)}:`,
    payload,
  ]);
  if (list.length > 0) list.push('}');
  return compress
    ? Buffer.from(`{"events":"${gzipSync(bytesOf(['[', ...list, ']'])).toString('base64')}"}`)
    : bytesOf(['{"events":[', ...list, ']}']);
}

/**
 * Writes the texts one after the other as UTF-8. Joining them into one string first would copy each
 * byte twice more, into newly allocated memory.
 */
function bytesOf(texts: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) at += bytes.write(text, at);
  return bytes;
}
