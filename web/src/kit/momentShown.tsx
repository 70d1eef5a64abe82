import { useSession } from '../shell/session.tsx';
import { formatDistance, formatMoment, type MomentStyle } from './moment.ts';
import { useNow } from './now.ts';

/**
 * A time in the merchant's zone; hover and focus show the exact time and the distance. `isReal`
 * marks times of the machine's clock (sessions, deliveries) if the merchant has a test clock.
 */
export function Moment({
  at,
  style = 'minute',
  isReal = false,
}: {
  readonly at: string | undefined;
  readonly style?: MomentStyle;
  readonly isReal?: boolean;
}) {
  const { merchant } = useSession();
  const now = useNow();
  if (at === undefined) return '–';
  const exact = formatMoment(at, merchant.zone, 'exact', now);
  return (
    <time dateTime={at} title={`${exact} (${formatDistance(at, now)})`}>
      {formatMoment(at, merchant.zone, style, now)}
      {isReal && merchant.isTest && <small> real time</small>}
    </time>
  );
}
