import { noContent, payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { endedCookies } from '../platform/http/sessionCookie.ts';
import { getPreferences, updatePreferences } from './preferenceOperations.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  type SecondFactorParts,
} from './secondFactorOperations.ts';
import {
  changePassword,
  endSession,
  getSession,
  getSessions,
  logOut,
  type SessionParts,
} from './sessionOperations.ts';

/** The routes of the operations on sessions; logging in is in sessionEndpoints.ts. */
export const sessionRoutes = (parts: SessionParts & SecondFactorParts) =>
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
    getSecondFactor: async (context) => payload(await getSecondFactor(context)),
    beginSecondFactor: async (context) => payload(await beginSecondFactor(context, parts)),
    confirmSecondFactor: async (context, { body }) =>
      payload(await confirmSecondFactor(context, parts, body.code ?? '')),
    removeSecondFactor: async (context, { body }) => {
      await removeSecondFactor(context, parts, body.code ?? '');
      return noContent();
    },
    changePassword: async (context, { body }) => {
      await changePassword(context, parts, body);
      return noContent();
    },
  }) satisfies Routes;
