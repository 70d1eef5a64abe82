/** One field that differs between two records; a side is absent where the record lacks the field. */
export interface Difference {
  /** The path, with dots and indexes: `items[0].quantity`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Returns the fields in which two JSON values differ, in the order of the first. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isSame(before, after)) return [];
  if (isGroup(before) && isGroup(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      differences(before[name], after[name], joined(path, name, Array.isArray(before))),
    );
  }
  return [
    {
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ];
}

type Group = Readonly<Record<string, unknown>>;

const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null;

const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (isGroup(a) && isGroup(b) && JSON.stringify(a) === JSON.stringify(b));

function joined(path: string, name: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
