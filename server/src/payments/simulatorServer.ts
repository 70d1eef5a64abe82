import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type {
  ChargeOrder,
  CustomerChoice,
  HoldBookAnswer,
  OutsideAction,
  RefundOrder,
  SimulatorBooks,
} from './simulatorBooks.ts';
import type { Behaviour } from './simulatorCards.ts';

/**
 * Serves the simulator over HTTP, so that its books survive when our server is killed. A lost
 * answer is a closed connection.
 *
 *     POST /charges          a charge; GET /charges/{account}/{key} its outcome
 *     POST /refunds          a refund
 *     POST /cancellations    gives up a payment that waits for its customer
 *     POST /holds            a hold; GET /holds/{account}/{key} its outcome, DELETE releases it
 *     GET  /holds            every hold
 *     POST /confirmations    what a customer says about such a payment
 *     POST /actions          a refund or a dispute that is made at the simulator itself
 *     GET  /captures         every capture with its key
 *     POST /script           { card_token, behaviours } for the next charges of a card
 *     POST /down             { is_down } for an outage
 *     POST /reset            forgets everything
 */
export function simulatorServer(books: SimulatorBooks, clock: SystemClock): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });

  server.post<{ Body: ChargeOrder }>('/charges', async (request, reply) => {
    const answer = books.charge(request.body);
    if (answer.kind === 'lost') return cut(reply);
    if (answer.kind === 'charge' && answer.delayMs > 0) await clock.sleep(answer.delayMs);
    return reply.code(answer.kind === 'conflict' ? 409 : 200).send(answer);
  });
  server.get<{ Params: { account: string; key: string } }>(
    '/charges/:account/:key',
    (request, reply) => {
      const answer = books.find(request.params.account, request.params.key);
      if (answer.kind === 'lost') return cut(reply);
      return reply.code(answer.kind === 'absent' ? 404 : 200).send(answer);
    },
  );
  server.post<{ Body: RefundOrder }>('/refunds', (request, reply) => {
    const answer = books.refund(request.body);
    return answer.kind === 'lost' ? cut(reply) : reply.send(answer);
  });
  server.post<{ Body: { reference: string } }>('/cancellations', (request, reply) => {
    const answer = books.cancel(request.body.reference);
    return answer.kind === 'lost' ? cut(reply) : reply.send(answer);
  });
  serveHolds(server, books, clock);
  server.post<{ Body: CustomerChoice }>('/confirmations', (request, reply) => {
    const answer = books.confirm(request.body);
    return answer.kind === 'lost' ? cut(reply) : reply.send(answer);
  });
  server.post<{ Body: OutsideAction }>('/actions', (request, reply) =>
    reply.send(books.act(request.body)),
  );
  server.get('/captures', (_request, reply) => reply.send({ captures: books.captures() }));

  server.post<{ Body: { card_token: string; behaviours: Behaviour[] } }>(
    '/script',
    (request, reply) => {
      books.script(request.body.card_token, request.body.behaviours);
      return reply.code(204).send();
    },
  );
  server.post<{ Body: { is_down: boolean } }>('/down', (request, reply) => {
    books.setDown(request.body.is_down);
    return reply.code(204).send();
  });
  server.post('/reset', (_request, reply) => {
    books.reset();
    return reply.code(204).send();
  });
  return server;
}

function serveHolds(server: FastifyInstance, books: SimulatorBooks, clock: SystemClock): void {
  type Named = { Params: { account: string; key: string } };
  const send = (reply: FastifyReply, answer: HoldBookAnswer) => {
    const statuses = { absent: 404, conflict: 409, hold: 200 } as const;
    return answer.kind === 'lost' ? cut(reply) : reply.code(statuses[answer.kind]).send(answer);
  };
  server.post<{ Body: ChargeOrder }>('/holds', async (request, reply) => {
    const answer = books.hold(request.body);
    if (answer.kind === 'hold' && answer.delayMs > 0) await clock.sleep(answer.delayMs);
    return send(reply, answer);
  });
  server.get<Named>('/holds/:account/:key', ({ params: { account, key } }, reply) =>
    send(reply, books.findHold(account, key)),
  );
  server.delete<Named>('/holds/:account/:key', ({ params: { account, key } }, reply) =>
    send(reply, books.release(account, key)),
  );
  server.get('/holds', (_request, reply) => reply.send({ holds: books.holds() }));
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}
