/**
 * The caller who gives a permission to another user or key. The caller's permissions decide whether
 * this is allowed.
 */
export interface Giver {
  readonly kind: string;
  readonly permissions: ReadonlySet<string>;
}

/**
 * Returns the permissions that the caller lacks and so may not give; otherwise one key could create
 * another with more rights. The server itself may give any permission.
 */
export function withheldFrom(giver: Giver, given: Iterable<string>): string[] {
  return giver.kind === 'system'
    ? []
    : [...given].filter((permission) => !giver.permissions.has(permission)).sort();
}

/** Returns whether a text is a valid login. */
export const isLogin = (text: string): boolean => /^[\w.@+-]{1,50}$/.test(text);

/** Returns the entries of `now` that are not in `before`. */
export const gained = (before: Iterable<string>, now: Iterable<string>): string[] =>
  [...new Set(now)].filter((each) => !new Set(before).has(each));

/** An entry of a list of memberships or permissions, each of which is on or off. */
export interface Switch<Key> {
  readonly key: Key;
  readonly on: boolean;
}

/** Returns the keys that are on after `switches`. Keys that it does not name do not change. */
export function switched<Key>(current: Iterable<Key>, switches: readonly Switch<Key>[]): Key[] {
  const now = new Set(current);
  for (const { key, on } of switches) {
    if (on) now.add(key);
    else now.delete(key);
  }
  return [...now];
}
