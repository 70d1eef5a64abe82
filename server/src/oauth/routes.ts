import { bare, noContent, payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { describeCaller } from './caller.ts';
import { endGrant, type GrantParts, getGrants } from './grantOperations.ts';

/** The routes of the OAuth operations of the contract. */
export const oauthRoutes = (parts: GrantParts) =>
  ({
    getOauthMe: async (context) => bare(describeCaller(context)),
    getOauthGrants: async (context, { page }) => {
      const { grants, more } = await getGrants(context, parts, page);
      return payload(grants, { resultSet: { ...page, count: grants.length, more } });
    },
    revokeOauthGrant: async (context, { params }) => {
      await endGrant(context, parts, params.grant_id);
      return noContent();
    },
  }) satisfies Routes;
