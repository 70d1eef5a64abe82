import { formatMoney, formatMoneyChange } from './money.ts';

/** The effect of one row's change on the revenue of the next 30 days. */
export interface BulkMoney {
  readonly before: number;
  readonly after: number;
  /** Absent when nothing is charged before or after the change. */
  readonly currency: string | undefined;
  /** Why a person should check the row first: `costs more than before`. */
  readonly risks: readonly string[];
}

/** The effect of the change on one row: its revenue, or the expected refusal. */
export type BulkForecast = { readonly name: string } & (
  | { readonly money: BulkMoney }
  | { readonly refused: string }
);

/** The revenue of all rows, one sentence for each currency. */
export function moneyWords(forecasts: readonly BulkForecast[]): string[] {
  const sums = new Map<string, { before: number; after: number }>();
  for (const forecast of forecasts) {
    if (!('money' in forecast) || forecast.money.currency === undefined) continue;
    const { before, after, currency } = forecast.money;
    const sum = sums.get(currency) ?? { before: 0, after: 0 };
    sums.set(currency, { before: cents(sum.before + before), after: cents(sum.after + after) });
  }
  if (sums.size === 0) return ['Nothing is charged in the next 30 days, before or after.'];
  return [...sums].map(
    ([currency, { before, after }]) =>
      `Next 30 days: ${formatMoney(before, currency)} → ${formatMoney(after, currency)} ` +
      `(${formatMoneyChange(before, after, currency)}).`,
  );
}

const cents = (amount: number): number => Math.round(amount * 10_000) / 10_000;

/** The rows that a person should check, and those whose change the server would refuse. */
export function remarks(
  forecasts: readonly BulkForecast[],
): readonly { readonly name: string; readonly words: string }[] {
  return forecasts.flatMap((forecast) => {
    const { name } = forecast;
    if ('refused' in forecast) return [{ name, words: `would be refused: ${forecast.refused}` }];
    const { risks } = forecast.money;
    return risks.length === 0 ? [] : [{ name, words: risks.join(', ') }];
  });
}
