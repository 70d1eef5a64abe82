import { gzipSync } from 'node:zlib';
import type { DeliveredEvent } from './webhook.ts';

/**
 * The body of a delivery: `{"events":[{"<event>":{…}}, …]}`; compressed, `events` is the array as gzip in base64 (docs/adr, webhook deliveries).
 * The same events give the same bytes, so a body can be made again for the log.
 */
export function deliveryBody(events: readonly DeliveredEvent[], compress: boolean): string {
  const list = `[${events.map(({ name, payload }) => `{${JSON.stringify(name)}:${payload}}`).join(',')}]`;
  return compress ? `{"events":"${gzipSync(list).toString('base64')}"}` : `{"events":${list}}`;
}
