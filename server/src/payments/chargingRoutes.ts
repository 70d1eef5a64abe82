import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import {
  type ChargingParts,
  getCharging,
  startCharging,
  stopCharging,
} from './chargingOperations.ts';

/** The routes of the operations that stop and start the charges of a merchant. */
export const chargingRoutes = (parts: ChargingParts) =>
  ({
    getCharging: async (context) => payload(await getCharging(context, parts)),
    stopCharging: async (context, { body }) =>
      payload(await stopCharging(context, parts, body.reason)),
    startCharging: async (context, { body }) =>
      payload(await startCharging(context, parts, body?.stopped_dts)),
  }) satisfies Routes;
