import { QueryCache, QueryClient } from '@tanstack/react-query';
import type { Refused } from './refused.ts';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: Refused;
  }
}

/**
 * The cache of read data. `call` already retries, so queries do not; a refusal stays until the
 * person retries or the address changes.
 */
export const queryClient = new QueryClient({
  // A refusal shows that the person lost a permission or must do something first, so the session is
  // read again and the frame hides actions that are no longer allowed.
  queryCache: new QueryCache({
    onError: ({ code }) => {
      if (code === 'missing_permission' || code === 'account_steps_needed')
        void queryClient.invalidateQueries({ queryKey: ['session'], exact: true });
    },
  }),
  defaultOptions: {
    queries: { retry: false, staleTime: 15_000, refetchOnWindowFocus: true, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
