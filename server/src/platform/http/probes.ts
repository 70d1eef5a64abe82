import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { Readiness } from '../storage/readiness.ts';
import { refuse } from './refusal.ts';

/** The dependencies of the probes. */
export interface ProbeParts {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** The bearer token that readers of the metrics must send. Absent: anyone may read them. */
  readonly metricsToken?: string | undefined;
  /** The nodes of Citus that do not respond; their merchants' background work waits. */
  missingNodes(): readonly string[];
  /** The reason why nothing is charged, if there is one. The server is still ready. */
  stops(): readonly { readonly name: string; readonly words: string }[];
  /** The number of merchants whose charges a person has stopped. */
  stoppedMerchants(): Promise<number>;
}

/**
 * The addresses for operators: whether the process is alive, whether it can serve, and its metrics.
 * They need no key.
 */
export function addProbes(
  server: FastifyInstance,
  { readiness, metrics, metricsToken, missingNodes, stops, stoppedMerchants }: ProbeParts,
): void {
  server.get('/healthz', async () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    const reason = await readiness.whyNot();
    return reply.code(reason === undefined ? 200 : 503).send({
      ...(reason === undefined ? { status: 'ready' } : { status: 'not ready', reason }),
      ...(missingNodes().length > 0 ? { missing_nodes: missingNodes() } : {}),
      charging: {
        ...chargingState(stops()),
        ...(reason === undefined ? stoppedPart(await stoppedMerchants()) : {}),
      },
    });
  });

  server.get('/metrics', async (request, reply) => {
    if (metricsToken !== undefined) checkToken(request, metricsToken);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

function checkToken({ headers: { authorization = '' } }: FastifyRequest, expected: string): void {
  if (!timingSafeEqual(hash(authorization), hash(`Bearer ${expected}`)))
    refuse('missing_credentials', { header: 'Authorization: Bearer, with METRICS_TOKEN' });
}

/** The comparison needs texts of equal length. */
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

const chargingState = (stops: ReturnType<ProbeParts['stops']>) =>
  stops.length === 0
    ? { state: 'on' }
    : {
        state: 'stopped',
        reasons: stops.map(({ name, words }) => ({ name, message: `${words}.` })),
      };

/** Absent while there are none. */
const stoppedPart = (count: number): object => (count === 0 ? {} : { stopped_merchants: count });
