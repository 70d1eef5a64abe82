import { useMemo } from 'react';
import { useNow } from '../kit/now.ts';
import { useSession } from '../shell/session.tsx';
import { type Shown, shownIn } from './shown.ts';

/** Formats values inside sentences, in the merchant's zone and currency. */
export function useShown(): Shown {
  const { merchant } = useSession();
  const now = useNow();
  return useMemo(
    () => shownIn(merchant.zone, merchant.currency, now),
    [merchant.zone, merchant.currency, now],
  );
}
