import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type App, createApp } from '../app/app.ts';
import { type GatewayCheck, gatewayCheck } from '../app/restoring.ts';
import { type Config, rateLimits, sealSettings, sessionRateLimits } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import { type PublicAddress, prepareBillingLinks } from '../payments/billingLinkStore.ts';
import { chargeGroups, chargeLine } from '../payments/chargeGroups.ts';
import { chargingOff, uncheckedStop } from '../payments/charging.ts';
import type { OpenGateways } from '../payments/gateways.ts';
import { endsWithin, systemClock } from '../platform/clock/systemClock.ts';
import { compareWithMarker } from '../platform/continuity.ts';
import { removeUnfinished } from '../platform/files/localFiles.ts';
import { type Loop, runLoop, type Worker } from '../platform/jobs/loop.ts';
import { openMail } from '../platform/mail/openMail.ts';
import { openSeal } from '../platform/seal.ts';
import { citusRole } from '../platform/storage/distribution.ts';
import { isNodeFault } from '../platform/storage/failures.ts';
import { differentZones } from '../platform/storage/zone.ts';
import { reachableMerchants } from '../platform/tenancy/merchantStore.ts';
import { openSender } from '../webhooks/openSender.ts';
import { Obstacle } from './command.ts';
import { demoLogin } from './demo/staff.ts';
import {
  type DemoAccess,
  demoAt,
  demoMerchantId,
  demoWelcome,
  ensureDemoMerchant,
  prepareDemoAccess,
  writeDemoFile,
} from './demo.ts';
import { whyNotListening } from './listenAddress.ts';
import { newerSchema } from './newerSchema.ts';
import type { Store } from './openStore.ts';
import { openOwnGateways } from './ownGateways.ts';
import { markerPath } from './restored.ts';

const idlePauseMs = 500;
const drainMsMax = 30_000;

/**
 * Serves a store until a signal comes or its PostgreSQL ends, then finishes the open requests and
 * batches.
 */
export async function serveOn(
  store: Store,
  config: Config,
  log: Logger,
  stopped: Promise<string>,
): Promise<void> {
  const gateways = await openServingGateways(store, config);
  const check = await checkRestored(store, config, gateways, log);
  const mail = openMail(config.smtp ?? { folder: join(config.dataDir, 'mail') });
  const seal = await openSeal(store.db, sealSettings(config));
  // In the meantime the app is created and listens. A failure is reported to the code that awaits
  // this promise.
  const stopping = new AbortController();
  void stopped.then(() => stopping.abort());
  const demo = prepareDemo(store, config, log, stopping.signal);
  demo.catch(() => {});
  const app = createApp({
    db: store.db,
    clock: systemClock,
    ids: randomIds,
    log,
    rateLimits: rateLimits(config.rate),
    sessionRateLimits,
    demo: config.demo ? { merchantId: demoMerchantId, login: demoLogin } : undefined,
    bodyLimitBytes: config.bodyLimitBytes,
    trustedProxies: config.trustedProxies,
    isStrict: config.strict,
    tls: config.tls,
    virusScanner: config.virusScanner,
    isHttpsOnly: config.publicUrl?.startsWith('https:') === true,
    metricsToken: config.metricsToken,
    quotas: config.quotas,
    auditLogDays: config.auditLogDays,
    gateways,
    stops: [
      () => (config.charging ? undefined : chargingOff),
      () => (check.isOpen() ? uncheckedStop : undefined),
    ],
    markerPath: markerPath(config),
    mail,
    mailFrom: config.mailFrom,
    consoleFolder: fileURLToPath(new URL('../../../web/dist', import.meta.url)),
    files: config.s3 ?? { folder: join(config.dataDir, 'files') },
    seal,
    sender: openSender({ clock: systemClock, hosts: config.webhookHosts }),
    webhookHosts: config.webhookHosts,
    isLoopbackAllowed: config.loopbackWebhooks,
  });
  await removeUnfinished(join(config.dataDir, 'files'), systemClock.now());
  for (const worker of app.ownWorkers) await worker.runOnce();
  if (config.role === 'worker') await prepareLinks(store, config, undefined, log);
  else await listen(app, store, config, demo, log);
  await demo;
  await tell(log, () => tellWhoIsCharged(app, store, log));
  const told = tellZonesLater(store, log, stopping.signal);
  const loops = startLoops(app, check.worker, config, log);
  // It is stored now, because the process may be killed later.
  flushCompileCache();

  const reason = await whyEnd(store, stopped);
  log.info({ reason }, 'stopping');
  await drain([app.http.close(), told, ...loops.map((loop) => loop.stop())], log);
  await Promise.all([gateways.close(), mail.close()]);
  if (reason !== 'signal') throw new Obstacle(reason);
}

const openServingGateways = ({ db }: Store, config: Config): Promise<OpenGateways> =>
  openOwnGateways(db, config, {
    simulatedMerchants: config.simulator ? 'all' : config.demo ? [demoMerchantId] : [],
  });

/** Waits for a signal, the end of PostgreSQL, or a newer release on the database. */
async function whyEnd(store: Store, stopped: Promise<string>): Promise<string> {
  const ending = new AbortController();
  const newer = newerSchema(store.db, ending.signal);
  return Promise.race([stopped, store.ended, newer]).finally(() => ending.abort());
}

/** Waits until requests and batches have ended, for at most half a minute. */
async function drain(work: readonly Promise<unknown>[], log: Logger): Promise<void> {
  const isDrained = await endsWithin(
    systemClock,
    drainMsMax,
    Promise.allSettled(work).then((ends) => {
      // Without its database a process cannot end in order. The reason is already logged.
      for (const end of ends)
        if (end.status === 'rejected')
          log.warn({ err: end.reason }, 'something could not be ended');
    }),
  );
  if (!isDrained)
    log.warn('requests or batches were still running after half a minute; they are ended');
}

/**
 * Checks whether this database is an older copy. Its marker and a simulator in this process are
 * checked at once, gateways elsewhere in the background.
 */
async function checkRestored(
  { db }: Store,
  config: Config,
  gateways: OpenGateways,
  log: Logger,
): Promise<GatewayCheck> {
  const { isForeign } = await compareWithMarker(db, systemClock, markerPath(config));
  const check = gatewayCheck({ db, gateways, clock: systemClock, log, isForeign });
  if (config.gatewayUrl === undefined) await check.askSimulators();
  return check;
}

/**
 * Logs information for the operator. A server that already has requests does not end because
 * PostgreSQL had no connection for this.
 */
export async function tell(log: Pick<Logger, 'warn'>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (err) {
    log.warn({ err }, 'lines of the start are missing, because PostgreSQL did not respond');
  }
}

/** Compares the zones after the first requests, unless the server stops before. */
async function tellZonesLater(store: Store, log: Logger, stopping: AbortSignal): Promise<void> {
  await systemClock.sleep(idlePauseMs, stopping);
  if (!stopping.aborted) await tell(log, () => tellDifferentZones(store, log));
}

/** Logs one line for each group of merchants: what charges their customers, or why nothing does. */
async function tellWhoIsCharged({ payments }: App, { db }: Store, log: Logger): Promise<void> {
  for (const group of chargeGroups(await reachableMerchants(db), payments)) {
    const level = group.kinds.length === 0 ? 'warn' : 'info';
    log[level](group, chargeLine(group));
  }
}

/** Logs one line for each merchant's zone in which PostgreSQL's clock differs from ours. */
async function tellDifferentZones({ db }: Store, log: Logger): Promise<void> {
  const zones = new Set((await reachableMerchants(db)).map(({ timeZone }) => timeZone));
  for (const { zone, at } of await differentZones(db, [...zones], systemClock.now()))
    log.warn(
      { zone, at: at.toString() },
      `PostgreSQL and this server have different clock changes for ${zone}, first at ${at}: this ` +
        "server's data plans dates, and PostgreSQL's data shows them; update the older one",
    );
}

/**
 * Returns how to reach the demo merchant, if this process has one and listens. If `signal`
 * interrupts it, returns undefined, and the next start makes the demo merchant.
 */
async function prepareDemo(
  { db }: Store,
  { demo, role, dataDir }: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<DemoAccess | undefined> {
  if (!demo) return undefined;
  try {
    await ensureDemoMerchant(db, signal);
    return role === 'worker' ? undefined : await prepareDemoAccess(db, dataDir);
  } catch (error) {
    if (error === signal.reason) return undefined;
    if (!isNodeFault(error) || (await citusRole(db)) === 'plain') throw error;
    log.warn(
      'the node with the demo merchant does not respond: its key and log-in are not checked',
    );
    return undefined;
  }
}

async function listen(
  app: App,
  store: Store,
  config: Config,
  demo: Promise<DemoAccess | undefined>,
  log: Logger,
): Promise<void> {
  const open = holdRequests(app);
  const address = await app.http
    .listen({ host: config.host, port: config.port })
    .catch((error: unknown) => {
      throw whyNotListening(error, config);
    });
  try {
    await prepareLinks(store, config, address, log);
    const access = await demo;
    if (access) {
      const demo = demoAt(address, access);
      await writeDemoFile(config.dataDir, demo);
      console.log(demoWelcome(demo, config.dataDir, process.stdout.isTTY));
    }
  } catch (error) {
    // Open connections are closed, because the process would otherwise wait for them.
    app.http.server.closeAllConnections();
    await app.http.close();
    throw error;
  }
  open();
}

/**
 * Stores the address with which links begin, and logs it. `address` is where this process listens.
 * A worker does not listen, so it only knows its setting.
 */
export async function prepareLinks(
  { db, isAdopted }: Pick<Store, 'db' | 'isAdopted'>,
  { publicUrl, database }: Pick<Config, 'publicUrl' | 'database'>,
  address: string | undefined,
  log: Pick<Logger, 'info' | 'warn'>,
): Promise<void> {
  const url = publicUrl ?? address;
  if (url === undefined) return;
  // Only an embedded PostgreSQL that this process started shows that no other server was here
  // first.
  const listening = database !== undefined || isAdopted ? 'shared' : 'only';
  const origin: PublicAddress['origin'] = publicUrl === undefined ? listening : 'setting';
  const { before, now } = await prepareBillingLinks(db, randomIds, { url, origin });
  const fields = { address: now };
  if (now !== url && origin === 'setting')
    log.warn(
      { ...fields, setting: url },
      'a node of Citus is missing; links keep the address they had until a start with all nodes',
    );
  else if (before !== '' && before !== now)
    log.warn({ ...fields, before }, `links begin with ${now} now, and with ${before} before`);
  else if (now === url)
    log.info(fields, `links begin with ${now}${origin === 'setting' ? '' : how}`);
  else log.warn({ ...fields, listening: url }, `links begin with ${now}, as before${how}`);
}

const how = '; to change that, start with PUBLIC_URL set to the address that customers open';

/**
 * Holds requests until the start is complete. Links need the listening address, and clients may
 * read demo.json as soon as the server is ready.
 */
function holdRequests({ http }: App): () => void {
  const opened = Promise.withResolvers<void>();
  let isOpen = false;
  http.addHook('onRequest', (_request, _reply, done) => {
    if (isOpen) done();
    else void opened.promise.then(() => done());
  });
  return () => {
    isOpen = true;
    opened.resolve();
  };
}

/**
 * Starts the background work of this process. The workers begin one after the other during the
 * first pause, so that they do not all query PostgreSQL at the same moment.
 */
function startLoops(app: App, check: Worker, { role }: Config, log: Logger): Loop[] {
  const workers = [
    check,
    ...app.ownWorkers,
    ...(role === 'worker' ? [] : app.apiWorkers),
    ...(role === 'api' ? [] : app.workers),
  ];
  const onError = (worker: string, error: unknown) =>
    log.error({ err: error, worker }, 'background work failed');
  return workers.map((worker, index) =>
    runLoop(worker, {
      clock: systemClock,
      idleMs: idlePauseMs,
      firstPauseMs: (idlePauseMs * index) / workers.length,
      onError,
    }),
  );
}
