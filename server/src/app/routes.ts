import type { OperationId } from '@perennial/contract/operations.ts';
import { autoOrderRoutes } from '../autoOrders/routes.ts';
import { bookRoutes } from '../books/routes.ts';
import { couponRoutes } from '../coupons/routes.ts';
import { customerRoutes } from '../customers/routes.ts';
import { itemRoutes } from '../items/routes.ts';
import { merchantRoutes } from '../merchants/routes.ts';
import { noticeRoutes } from '../notifications/routes.ts';
import { oauthRoutes } from '../oauth/routes.ts';
import { disputeRoutes } from '../orders/disputeRoutes.ts';
import { findCatalogueRetryCodes } from '../orders/retryCouponReader.ts';
import { orderRoutes } from '../orders/routes.ts';
import { taxRoutes } from '../orders/taxRoutes.ts';
import { billingRoutes } from '../payments/billingRoutes.ts';
import { chargingRoutes } from '../payments/chargingRoutes.ts';
import { hearReport } from '../payments/gatewayReportWorker.ts';
import { gatewayCodes } from '../payments/gatewaySettings.ts';
import { simulatorRoutes } from '../payments/simulatorRoutes.ts';
import type { Routes } from '../platform/http/routes.ts';
import { defaultQuotas } from '../platform/tenancy/quotas.ts';
import { privacyRoutes } from '../privacy/routes.ts';
import { readBilled, readOpenRebills } from '../rebill/billedStore.ts';
import { cardUpdated } from '../rebill/cardUpdateOperations.ts';
import { readRebillCoupons } from '../rebill/couponReader.ts';
import { readOriginalLines } from '../rebill/originalLineReader.ts';
import { wakeAfterSettings } from '../rebill/parkedOperations.ts';
import { rebillRoutes } from '../rebill/routes.ts';
import { keepWallsOfRebills } from '../rebill/zoneOperations.ts';
import { sandboxRoutes } from '../sandbox/routes.ts';
import { overviewReader } from '../screens/overviewOperations.ts';
import { screenRoutes } from '../screens/routes.ts';
import { keyRoutes } from '../staff/keyRoutes.ts';
import { staffRoutes } from '../staff/routes.ts';
import { sessionRoutes } from '../staff/sessionRoutes.ts';
import { webhookRoutes } from '../webhooks/routes.ts';
import { workflowRoutes } from '../workflow/routes.ts';
import { keepWallsOfTasks } from '../workflow/taskZones.ts';
import type { AppParts } from './appParts.ts';
import { readPayer, readSubscription } from './cardPage.ts';
import type { Features } from './features.ts';
import { findUnknown } from './namedRecords.ts';
import type { Services } from './services.ts';
import { readObjectFacts } from './taskObjects.ts';

/** Operations that exist only for trying things out. A strict installation has none of them. */
const testTools = [
  'actAtSimulator',
  'setClock',
  'getClockDue',
  'getClockAdvances',
  'getClockAdvance',
  'stopClockAdvance',
  'getClockAdvanceDays',
  'getClockAdvanceSkippedMails',
] as const satisfies readonly OperationId[];

/** The operations that this installation serves. */
export function routesOf(parts: AppParts, services: Services, features: Features): Routes {
  const routes: { -readonly [Id in keyof Routes]: Routes[Id] } = allRoutes(
    parts,
    services,
    features,
  );
  if (parts.isStrict === true) for (const id of testTools) delete routes[id];
  return routes;
}

/** The operations of every feature, one feature per line. */
function allRoutes(
  { seal, clock, gateways, isLoopbackAllowed, webhookHosts, quotas = defaultQuotas }: AppParts,
  { merchants, accesses, charging, keys, live, sessions, metrics }: Services,
  { customers, orders, privacy, reports, rebills, clocks, files }: Features,
): Routes {
  return {
    ...merchantRoutes({
      merchants,
      keepWalls: [keepWallsOfRebills, keepWallsOfTasks],
      onChange: wakeAfterSettings,
      findRetryCodes: findCatalogueRetryCodes,
      isLoopbackAllowed,
    }),
    ...itemRoutes(findUnknown),
    ...couponRoutes(merchants, findUnknown),
    ...customerRoutes(customers),
    ...orderRoutes(orders),
    ...disputeRoutes(orders),
    ...taxRoutes,
    ...simulatorRoutes({
      act: gateways.act,
      hear: (report) => hearReport(reports, report),
      cardOf: async (context, orderId) => (await readPayer(context, orderId)).cardToken,
      cardUpdated,
    }),
    ...autoOrderRoutes({
      readBilled,
      gatewayCodesOf: gatewayCodes(gateways.preferred),
      readOpenRebills,
      readRebillCoupons,
      readOriginalLines,
      newCards: orders,
    }),
    ...rebillRoutes(rebills, orders),
    ...noticeRoutes(async (context, oid) => (await readSubscription(context, oid)) !== undefined),
    ...billingRoutes(readSubscription),
    ...chargingRoutes({ clock, merchants, gate: charging.gate }),
    ...sandboxRoutes(clocks),
    ...webhookRoutes({
      seal,
      clock,
      findOwnerAccess: accesses.find,
      isLoopbackAllowed,
      webhookHosts,
      quotas,
    }),
    ...bookRoutes({
      readCaptures: gateways.captures,
      gatewayCodesOf: gatewayCodes(gateways.preferred),
    }),
    ...screenRoutes(overviewReader(clock), metrics.workFailures, {
      readObjects: readObjectFacts,
      files,
    }),
    ...privacyRoutes(privacy),
    ...staffRoutes,
    ...keyRoutes({ clock, quotas, forget: () => keys.forget() }),
    ...sessionRoutes(sessions),
    ...oauthRoutes({ clock, forgetTokens: () => keys.forget() }),
    ...workflowRoutes({ readObjects: readObjectFacts, files, merchants, live }),
  };
}
