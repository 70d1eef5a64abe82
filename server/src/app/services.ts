import type { Logger } from 'pino';
import { type ApplicationAccesses, applicationAccesses } from '../oauth/applicationAccess.ts';
import { bearerTokens } from '../oauth/bearerTokens.ts';
import { makeBillingLink, readPublicUrl } from '../payments/billingLinkStore.ts';
import type { EventListener } from '../platform/context.ts';
import { outbox } from '../platform/events/outbox.ts';
import type { LinkHolder } from '../platform/files/files.ts';
import { openFiles } from '../platform/files/openFiles.ts';
import { rateLimiter } from '../platform/http/rateLimiter.ts';
import { openMetrics } from '../platform/metrics.ts';
import { rememberedMerchants } from '../platform/tenancy/merchants.ts';
import { databaseTokens } from '../platform/tokens.ts';
import { simpleKeys } from '../staff/authenticate.ts';
import { sessionAuthentication } from '../staff/authenticateSession.ts';
import { keyUses } from '../staff/keyUseWorker.ts';
import { remembered } from '../staff/remembered.ts';
import { deliveryWorker } from '../webhooks/deliveryWorker.ts';
import type { MayListen } from '../workflow/liveDoor.ts';
import { permissionsFor } from '../workflow/liveFeed.ts';
import { LiveSockets } from '../workflow/liveSockets.ts';
import type { AppParts } from './appParts.ts';
import { type Charging, openCharging } from './charging.ts';
import { openContexts } from './contexts.ts';
import { healthFigures, healthOf } from './health.ts';
import { liveSources } from './liveSources.ts';
import { meteredGateways } from './meteredGateways.ts';

/** The services that several features share, each opened once. */
export type Services = ReturnType<typeof openServices>;

/** The parts that a worker needs to process all merchants. */
export interface Rounds {
  readonly db: AppParts['db'];
  readonly log: Logger;
  readonly contextFor: ReturnType<typeof openContexts>['contextFor'];
}

/** Opens the services that features share. Each may use those opened before it. */
export function openServices(parts: AppParts) {
  const { db, clock, ids, log, seal } = parts;
  const merchants = rememberedMerchants(db, clock);
  const accesses = applicationAccesses(db, clock);
  const later = { charging: () => charging, live: () => live };
  const { metrics, gateways } = openMeters(parts, later);
  const charging = openCharging({ ...parts, gateways });
  const limiter = rateLimiter(db, clock, parts.rateLimits, parts.sessionRateLimits);
  // Filled by createApp, because some listeners need contexts, and a context needs the events.
  const listeners: EventListener[] = [];
  const events = outbox(listeners);
  const contexts = openContexts({ db, clock, ids, log, merchants, events });
  const rounds: Rounds = { db, log, contextFor: contexts.contextFor };
  const tokens = databaseTokens({ db, clock, seal, ids });
  const { publicUrl, knownPublicUrl } = publicUrls(parts);
  const isPermitted = async (merchantId: string, holder: LinkHolder, permission: string) =>
    (await accesses.find(merchantId, holder))?.permissions.has(permission) ?? false;
  const live = new LiveSockets({
    db,
    clock,
    log,
    tokens,
    publicUrl,
    mustEncrypt: parts.isStrict,
    sources: liveSources(db, merchants, () => charging.gate),
    mayListen: mayListen(accesses),
  });
  return {
    merchants,
    ...openCallers(parts),
    accesses,
    charging,
    metrics,
    limiter,
    listeners,
    events,
    contexts,
    rounds,
    publicUrl,
    knownPublicUrl,
    updateBillingUrl: (merchantId: string, oid: number) => makeBillingLink(db, merchantId, oid),
    fileStore: openFiles(parts.files, {
      tokens,
      ids,
      isStrict: parts.isStrict,
      publicUrl,
      mayUseLink: (merchantId, holder, use) => isPermitted(merchantId, holder, `workflow_${use}`),
    }),
    live,
    webhooks: deliveryWorker({
      ...rounds,
      clock,
      seal,
      send: parts.sender.send,
      findOwnerAccess: accesses.find,
      isLoopbackAllowed: parts.isLoopbackAllowed,
      jitter: ids.fraction,
    }),
  };
}

/**
 * Opens the metrics, and the gateways with their answers counted. `later` returns services that are
 * opened afterwards.
 */
function openMeters(
  { db, clock, log, gateways }: AppParts,
  later: { charging(): Charging; live(): LiveSockets },
) {
  const metrics = openMetrics(
    clock,
    {
      poolUsage: () => db.usage(),
      stops: () => later.charging().gate.stops(),
      clockDifferenceSeconds: () => later.charging().difference.seconds(),
      liveSockets: () => later.live().count(),
      figures: healthOf(db, clock, log),
    },
    healthFigures,
  );
  return { metrics, gateways: meteredGateways(gateways, clock, metrics.observeGateway) };
}

/** Whether a client has the permission of each of its topics. */
const mayListen =
  (accesses: ApplicationAccesses): MayListen =>
  async ({ merchantId, topics = ['tasks'], ...holder }) => {
    const access = await accesses.find(merchantId, holder);
    return permissionsFor(topics).every((needed) => access?.permissions.has(needed) ?? false);
  };

/** The parts that identify callers, and the parts of them that the operations of sessions need. */
function openCallers({ db, clock, seal, demo }: AppParts) {
  const sessions = sessionAuthentication(db, clock);
  const uses = keyUses(db, clock);
  const keys = simpleKeys(db, clock, bearerTokens(db, clock), sessions, uses);
  // A new password ends tokens as well.
  return { keys, keyUses: uses, sessions: { clock, seal, demo, forget: () => keys.forget() } };
}

/**
 * Reads the public address of this server from the database. Requests of a session use a copy that
 * is a few seconds old at most. The address changes when a server starts with another PUBLIC_URL.
 */
function publicUrls({ db, clock }: AppParts) {
  const publicUrl = () => readPublicUrl(db);
  const known = remembered(clock, publicUrl, publicUrlKnownMs);
  return { publicUrl, knownPublicUrl: () => known.find('') };
}

const publicUrlKnownMs = 5_000;
