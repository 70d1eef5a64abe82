import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { routeSearch } from '../kit/routeSearch.ts';
import type { LifeState } from './lifeUrl.ts';

type Change = { readonly [Name in keyof LifeState]: LifeState[Name] | undefined };

/** Changes the part of the timeline's state that is in the address. Keeps the scroll position. */
export function useLifeUrl(): { choose(change: Change): void } {
  const navigate = useNavigate({ from: '/auto-orders/$code' });
  const choose = useCallback(
    (change: Change) =>
      void navigate({
        search: routeSearch((before: LifeState) => ({ ...before, ...change })),
        resetScroll: false,
      }),
    [navigate],
  );
  return { choose };
}
