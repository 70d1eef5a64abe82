/**
 * Moves a day: `2026-01-31` by a month becomes `2026-02-28`. A text that is not a day (a person is
 * still typing) does not change.
 */
export function movedDay(
  day: string,
  { days = 0, months = 0 }: { readonly days?: number; readonly months?: number },
): string {
  const [year = Number.NaN, month = Number.NaN, date = Number.NaN] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const moved = Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth) + days);
  return Number.isNaN(moved) ? day : new Date(moved).toISOString().slice(0, 10);
}
