import { noContent, payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { endedCookies } from '../platform/http/sessionCookie.ts';
import { getPreferences, updatePreferences } from './preferenceOperations.ts';
import {
  changePassword,
  endSession,
  getSession,
  getSessions,
  logOut,
  type SessionParts,
} from './sessionOperations.ts';

/** The operations of a session; logging in is in sessionEndpoints.ts. */
export const sessionRoutes = (parts: SessionParts) =>
  ({
    getSession: async (context) => payload(await getSession(context, parts)),
    logOut: async (context) => {
      await logOut(context, parts);
      return noContent({ 'Set-Cookie': endedCookies, 'Clear-Site-Data': '"cache"' });
    },
    getSessions: async (context, { page }) => {
      const { sessions, more } = await getSessions(context, parts, page);
      return payload(sessions, { resultSet: { ...page, count: sessions.length, more } });
    },
    endSession: async (context, { params }) => {
      await endSession(context, parts, params.session_id);
      return noContent();
    },
    getMyPreferences: async (context) => payload(await getPreferences(context)),
    updateMyPreferences: async (context, { body }) =>
      payload(await updatePreferences(context, body, parts.clock)),
    changePassword: async (context, { body }) => {
      await changePassword(context, parts, body);
      return noContent();
    },
  }) satisfies Routes;
