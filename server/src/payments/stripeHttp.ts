import type { IncomingMessage } from 'node:http';
import type { Stripe as StripeClient } from 'stripe';
import { systemClock, withTimeLimit } from '../platform/clock/systemClock.ts';

type Library = typeof StripeClient;
type Client = ReturnType<Library['createNodeHttpClient']>;
type Answer = Awaited<ReturnType<Client['makeRequest']>>;

/**
 * Stripe's client for Node with one time limit for a request and its whole response. The library's
 * own limit restarts with each byte.
 */
export function limitedHttpClient(library: Library): Client {
  const client = library.createNodeHttpClient();
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      const timeoutMs = request[7];
      let answer: Answer | undefined;
      const late = library.HttpClient.makeTimeoutError();
      try {
        return await withTimeLimit(systemClock, timeoutMs, late, async () => {
          answer = await client.makeRequest(...request);
          const body = answer.toJSON();
          // The library reads this body next and reports any fault in it.
          await body.catch(() => {});
          return Object.assign(answer, { toJSON: () => body });
        });
      } catch (error) {
        (answer?.getRawResponse() as IncomingMessage | undefined)?.destroy();
        throw error;
      }
    },
  };
}
