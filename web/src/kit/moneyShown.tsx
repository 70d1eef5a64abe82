import { useSession } from '../shell/session.tsx';
import { formatMoney } from './money.ts';

/** An amount; its currency is shown if it is not the merchant's. */
export function Money({
  amount,
  currency,
}: {
  readonly amount: number | undefined;
  readonly currency?: string | undefined;
}) {
  const { merchant } = useSession();
  if (amount === undefined) return '–';
  return formatMoney(amount, currency ?? merchant.currency, merchant.currency);
}
