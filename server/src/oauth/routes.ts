import { bare } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { callerOf } from './caller.ts';

/** The routes of the OAuth operations of the contract. */
export const oauthRoutes = {
  getOauthMe: async (context) => bare(callerOf(context)),
} satisfies Routes;
