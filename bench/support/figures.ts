/**
 * Prints a result as a ratio of things measured side by side in one run: `figure <name> ratio <r>
 * goal >=<g>`.
 */
export function figure(name: string, ratio: number, goal: `${'>=' | '<='}${number}`): void {
  console.log(`figure ${name} ratio ${ratio.toFixed(ratio < 10 ? 2 : 1)} goal ${goal}`);
}

/** Returns the median. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** Returns the value that this percentage of the values does not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.ceil((percent / 100) * sorted.length) - 1;
  return sorted[Math.max(0, index)] ?? NaN;
}
