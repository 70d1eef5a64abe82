import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { addCustomerPage } from '../customers/customerPageRoutes.ts';
import { addOauthEndpoints } from '../oauth/endpoints.ts';
import { addOauthPages } from '../oauth/pages.ts';
import { addSheetStyles } from '../orders/sheetStyles.ts';
import { addBillingPage } from '../payments/billingRoutes.ts';
import { cardForms } from '../payments/cardForms.ts';
import { hearReport } from '../payments/gatewayReportWorker.ts';
import { gatewayCodes } from '../payments/gatewaySettings.ts';
import { addStripeWebhook } from '../payments/stripeWebhook.ts';
import { fileOriginOf } from '../platform/files/openFiles.ts';
import { addConsole } from '../platform/http/console.ts';
import { addPages } from '../platform/http/pages.ts';
import { httpServer } from '../platform/http/pipeline.ts';
import { addProbes } from '../platform/http/probes.ts';
import { missingNodes, onMissingNodes } from '../platform/storage/nodes.ts';
import { readiness } from '../platform/storage/readiness.ts';
import { listMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { defaultQuotas } from '../platform/tenancy/quotas.ts';
import { readBilled } from '../rebill/billedStore.ts';
import { cardUpdated } from '../rebill/cardUpdateOperations.ts';
import { requeryNow } from '../rebill/lateAnswerStore.ts';
import { addSessionEndpoints } from '../staff/sessionEndpoints.ts';
import type { AppParts } from './appParts.ts';
import {
  cardUpdate,
  readOwnAutoOrders,
  readPayer,
  readSubscription,
  readWaiting,
  settleNow,
} from './cardPage.ts';
import type { Features } from './features.ts';
import { ownCancelations } from './ownCancelation.ts';
import { routesOf } from './routes.ts';
import type { Services } from './services.ts';
import { stoppedMerchants } from './stoppedMerchants.ts';

/**
 * Opens the HTTP server: the operations of the contract, and the pages and endpoints next to them.
 */
export function openHttp(parts: AppParts, services: Services, features: Features): FastifyInstance {
  const { db, clock, ids, log, seal } = parts;
  const { merchants, keys, metrics, events, limiter, charging, contexts, publicUrl } = services;
  const http = httpServer({
    ...parts,
    mustEncrypt: parts.isStrict,
    metrics,
    events,
    merchants,
    limiter,
    authenticate: keys.authenticate,
    publicUrl: services.knownPublicUrl,
    routes: routesOf(parts, services, features),
  });
  onMissingNodes(db, (missing) => logNodes(log, missing));
  addProbes(http, {
    readiness: readiness(db, clock),
    metrics,
    metricsToken: parts.metricsToken,
    missingNodes: () => missingNodes(db),
    stoppedMerchants: stoppedMerchants(db, clock),
    stops: charging.gate.stops,
  });
  addPages(http);
  addSheetStyles(http);
  addConsole(http, {
    folder: parts.consoleFolder,
    fileOrigin: fileOriginOf(parts.files),
    newNonce: () => ids.secret(nonceBytes),
  });
  const forgetTokens = () => keys.forget();
  const { quotas = defaultQuotas } = parts;
  addOauthEndpoints(http, { db, clock, ids, quotas, limiter, publicUrl, forgetTokens });
  addSessionEndpoints(http, {
    ...services.sessions,
    db,
    findContext: contexts.findContext,
    publicUrl: services.knownPublicUrl,
  });
  addOauthPages(http, {
    db,
    clock,
    ids,
    seal,
    findContext: contexts.findContext,
    publicUrl: services.knownPublicUrl,
    isStrict: parts.isStrict,
  });
  addCustomerPages(http, parts, services, features);
  addStripe(http, parts, services, features);
  services.fileStore.addRoutes?.(http);
  services.live.addTo(http);
  http.addHook('onClose', () => limiter.close());
  http.addHook('onClose', () => services.keyUses.close());
  http.addHook('onClose', async () => {
    await services.webhooks.stop();
    await parts.sender.close();
  });
  return http;
}

const nonceBytes = 16;

/** The pages that a link opens for a customer. */
function addCustomerPages(
  http: FastifyInstance,
  { db, seal, gateways }: AppParts,
  { contexts, limiter }: Services,
  { rebills }: Features,
): void {
  addBillingPage(http, {
    limiter,
    db,
    contextFor: contexts.contextFor,
    readAutoOrder: readSubscription,
    readPayer,
    updateCard: cardUpdate(rebills),
    findWaiting: readWaiting,
    settleNow: settleNow(rebills),
    forms: cardForms(gateways),
  });
  addCustomerPage(http, {
    limiter,
    seal,
    findContext: contexts.findContext,
    readAutoOrders: readOwnAutoOrders,
    ...ownCancelations({ readBilled, gatewayCodesOf: gatewayCodes(gateways.preferred) }),
  });
}

/**
 * Adds the endpoint for Stripe's notifications, if the installation has a secret to verify them.
 */
function addStripe(
  http: FastifyInstance,
  { gateways: { stripe }, clock, db, log }: AppParts,
  { contexts }: Services,
  { reports }: Features,
): void {
  if (stripe?.webhookSecret === undefined) return;
  const settings = { ...stripe, webhookSecret: stripe.webhookSecret };
  addStripeWebhook(http, settings, clock, {
    async heard({ merchantId, key, answer }) {
      log.info({ merchantId, key, answer: answer.kind }, 'a gateway reported a charge');
      await requeryNow(db, merchantId, key);
    },
    reported: (report) => hearReport(reports, report),
    // Stripe's report about a card names no merchant, so every merchant gets it. Most have no
    // orders with that card.
    async cardUpdated(cardToken, facts) {
      for (const merchantId of await listMerchantIds(db))
        await cardUpdated(await contexts.contextFor(merchantId), cardToken, facts);
    },
  });
}

function logNodes(log: Logger, missing: readonly string[]): void {
  if (missing.length === 0) log.info('all nodes of Citus respond again');
  else
    log.error(
      { nodes: missing },
      'nodes of Citus do not respond; background work continues for the merchants of the others',
    );
}
