import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { everyPage } from '../api/everyPage.ts';
import { queryClient } from '../api/query.ts';

export { logOut, readSessionAgain } from '../api/sessionQueries.ts';

/** The open sessions that the person may see; the user distinguishes one's own. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) =>
    everyPage(async (query) => (await call('getSessions', { query, signal })).sessions),
});

/** Ends a session: its browser must log in again. */
export async function endSession(sessionId: string): Promise<void> {
  await call('endSession', { params: { session_id: sessionId } });
  await queryClient.invalidateQueries({ queryKey: ['sessions'] });
}

/** Changes the password of the person; the person's other sessions end. */
export async function changePassword(old: string, next: string): Promise<void> {
  await call('changePassword', { body: { old, new: next }, asksForLogIn: false });
  await queryClient.invalidateQueries({ queryKey: ['sessions'] });
}

/** Whether the person needs a code to log in. */
export const secondFactorQuery = queryOptions({
  queryKey: ['second factor'],
  queryFn: async ({ signal }) => (await call('getSecondFactor', { signal })).second_factor ?? {},
});

/** Creates a secret for the person's authenticator app. */
export const beginSecondFactor = async () =>
  (await call('beginSecondFactor', {})).second_factor ?? {};

/** Activates the app with a code. Returns the recovery codes. */
export async function confirmSecondFactor(code: string): Promise<readonly string[]> {
  const { second_factor: made = {} } = await call('confirmSecondFactor', { body: { code } });
  await queryClient.invalidateQueries({ queryKey: ['second factor'] });
  await queryClient.invalidateQueries({ queryKey: ['sessions'] });
  return made.recovery_codes ?? [];
}

/** Removes the app with a code. */
export async function removeSecondFactor(code: string): Promise<void> {
  await call('removeSecondFactor', { body: { code } });
  await queryClient.invalidateQueries({ queryKey: ['second factor'] });
}
