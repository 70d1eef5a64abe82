import { useNavigate } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import { routeSearch } from './routeSearch.ts';
import type { UrlState } from './urlCodec.ts';

/** Changes by typing within this time share one entry of the browser's history. */
const typingMs = 400;

/**
 * Changes parts of the address. A decision adds one entry to the browser's history; so does typing,
 * however many letters it has.
 */
export function useUrlState(path: string): (change: UrlState, isTyping: boolean) => void {
  const navigate = useNavigate();
  const typedAt = useRef(Number.NEGATIVE_INFINITY);
  return useCallback(
    (change, isTyping) => {
      const now = performance.now();
      const replace = isTyping && now - typedAt.current < typingMs;
      typedAt.current = isTyping ? now : Number.NEGATIVE_INFINITY;
      void navigate({
        to: path,
        search: routeSearch((before: UrlState) => ({ ...before, ...change })),
        replace,
      });
    },
    [navigate, path],
  );
}
