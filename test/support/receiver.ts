import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Item } from '@perennial/contract/item.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { Whole } from './answerBody.ts';

/** The payload of an event, with the fields of every kind of object that events contain. */
type EventPayload = Whole<AutoOrder> &
  Whole<Omit<Order, keyof AutoOrder>> &
  Whole<Omit<Item, keyof AutoOrder>> &
  Whole<Omit<WorkflowTask, keyof AutoOrder>>;

/** A delivery as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The name and payload of each event; empty for a compressed body. */
  readonly events: readonly { readonly name: string; readonly payload: EventPayload }[];
}

/** Responds to a delivery. */
export type Behaviour = (received: Received, response: ServerResponse) => void;

/** A receiver of webhooks on loopback that stores the deliveries. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Sets its response from now on; at first it responds with 200. */
  behave(behaviour: Behaviour): void;
}

export const answers =
  (status: number, headers: Record<string, string> = {}, body = ''): Behaviour =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

/** Starts a receiver that is closed after the test. */
export async function startReceiver(t: {
  after(done: () => Promise<void>): void;
}): Promise<Receiver> {
  const received: Received[] = [];
  let behaviour: Behaviour = answers(200);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const delivery = {
      path: request.url ?? '',
      headers: request.headers,
      body,
      events: eventsOf(body),
    };
    received.push(delivery);
    behaviour(delivery, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    behave: (next) => void (behaviour = next),
  };
}

function eventsOf(body: string): Received['events'] {
  const { events } = JSON.parse(body) as { events: Record<string, EventPayload>[] | string };
  if (typeof events === 'string') return [];
  return events.flatMap((event) =>
    Object.entries(event).map(([name, payload]) => ({ name, payload })),
  );
}
