import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { Readiness } from '../storage/readiness.ts';

/** What the probes ask. */
export interface ProbeParts {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** Why nothing is charged, if that is so: the server is ready all the same. */
  stops(): readonly { readonly name: string; readonly words: string }[];
}

/**
 * What operators request: is the process alive, can it serve, what does it do. No key is needed.
 */
export function addProbes(
  server: FastifyInstance,
  { readiness, metrics, stops }: ProbeParts,
): void {
  server.get('/healthz', async () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    const reason = await readiness.whyNot();
    return reply.code(reason === undefined ? 200 : 503).send({
      ...(reason === undefined ? { status: 'ready' } : { status: 'not ready', reason }),
      charging: chargingState(stops()),
    });
  });

  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

const chargingState = (stops: ReturnType<ProbeParts['stops']>) =>
  stops.length === 0
    ? { state: 'on' }
    : {
        state: 'stopped',
        reasons: stops.map(({ name, words }) => ({ name, message: `${words}.` })),
      };
