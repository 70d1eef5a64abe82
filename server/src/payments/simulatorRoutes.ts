import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { actAtSimulator, type SimulatorParts } from './simulatorOperations.ts';

/** The routes by which a merchant makes the simulated gateway act on its own side. */
export const simulatorRoutes = (parts: SimulatorParts) =>
  ({
    actAtSimulator: async (context, { body }) =>
      payload(await actAtSimulator(context, body, parts)),
  }) satisfies Routes;
