import type { Session, SessionOptions } from '@perennial/contract/session.ts';
import { queryOptions } from '@tanstack/react-query';
import { merchantNow } from '../kit/now.ts';
import { call } from './call.ts';
import { queryClient } from './query.ts';
import { Refused } from './refused.ts';

/**
 * The session of this browser; refused with `missing_credentials` or `ended_session` without one.
 * The log-in options are read first, because a browser reports each 401 as an error.
 */
export const sessionQuery = queryOptions<Session>({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const { options = {} } = await call('getSessionOptions', { signal });
    queryClient.setQueryData(sessionOptionsQuery.queryKey, options);
    if (!options.logged_in)
      throw new Refused('Log in to continue.', { code: 'missing_credentials', status: 401 });
    return heard((await call('getSession', { asksForLogIn: false, signal })).session ?? {});
  },
  staleTime: 60_000,
});

/**
 * Stores the time of the merchant's clock, from which distances such as "in 3 days" are counted.
 */
function heard(session: Session): Session {
  const { now_dts: now } = session.merchant ?? {};
  if (now !== undefined) merchantNow.set(now);
  return session;
}

/** Reads the session again after a change of its permissions. */
export const readSessionAgain = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });

/** The values that the log-in form can fill in. */
export const sessionOptionsQuery = queryOptions<SessionOptions>({
  queryKey: ['session options'],
  queryFn: async ({ signal }) => (await call('getSessionOptions', { signal })).options ?? {},
  staleTime: Number.POSITIVE_INFINITY,
});

/** The fields that a person enters to log in. */
export interface LogInEntry {
  readonly merchant_id?: string;
  readonly login: string;
  readonly password: string;
  /** The code of a second factor. */
  readonly code?: string;
}

/** Logs in and stores the new session. Drops another user's data. */
export async function logIn(entry: LogInEntry): Promise<Session> {
  const before = queryClient.getQueryData<Session>(sessionQuery.queryKey);
  const { session = {} } = await call('logIn', { body: entry, asksForLogIn: false });
  heard(session);
  if (before && identityOf(before) !== identityOf(session)) queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, session);
  return session;
}

const identityOf = ({ merchant, user }: Session): string =>
  `${merchant?.merchant_id}/${user?.user_id}`;

/** Ends the session and clears the cache. */
export async function logOut(): Promise<void> {
  await call('logOut', { asksForLogIn: false });
  queryClient.clear();
}

/** Logs in as the demo's user with the password of the demo link. */
export async function enterDemo(password: string): Promise<void> {
  const { demo } = await queryClient.fetchQuery(sessionOptionsQuery);
  if (!demo?.login) return;
  const { merchant_id, login } = demo;
  await logIn({ ...(merchant_id !== undefined && { merchant_id }), login, password });
}
