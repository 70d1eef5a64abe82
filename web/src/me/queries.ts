import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';

/** The latest sessions that the person may see; own ones are told apart by the user. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) =>
    (await call('getSessions', { query: { _limit: 100 }, signal })).sessions ?? [],
});

/** Ends a session: the browser that has it must log in again. */
export async function endSession(sessionId: string): Promise<void> {
  await call('endSession', { params: { session_id: sessionId } });
  await queryClient.invalidateQueries({ queryKey: ['sessions'] });
}

/** Changes the password of the person; the person's other sessions end. */
export async function changePassword(old: string, next: string): Promise<void> {
  await call('changePassword', { body: { old, new: next }, asksForLogIn: false });
  await queryClient.invalidateQueries({ queryKey: ['sessions'] });
}
