/**
 * Converts between the search part of an address and a record. A repeated name is a list. The names
 * are in the record's order, so that the same state always has the same address.
 */
export type UrlState = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads `?a=1&b=x&b=y` as `{ a: '1', b: ['x', 'y'] }`. */
export function parseUrl(search: string): Record<string, string | string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search))
    found.set(name, [...(found.get(name) ?? []), value]);
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  );
}

/** Writes the text that `parseUrl` reads. Leaves out empty texts, empty lists and absent values. */
export function stringifyUrl(state: UrlState): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    const values = typeof value === 'string' ? [value] : (value ?? []);
    for (const each of values) if (each !== '') search.append(name, each);
  }
  return search.size > 0 ? `?${search}` : '';
}

/**
 * Reads an address with `parse`, and clears the names that it does not use, because the router
 * merges the result into the original address.
 */
export const onlyKnown =
  <State extends object>(parse: (search: Record<string, unknown>) => State) =>
  (search: Record<string, unknown>): State => ({
    ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])),
    ...parse(search),
  });

/** Returns a value as a list, whether it was written once or repeatedly. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === '' ? [] : [String(value)];
}
