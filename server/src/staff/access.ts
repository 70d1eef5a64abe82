/** What decides whether somebody may give somebody else a permission: what the giver has. */
export interface Giver {
  readonly kind: string;
  readonly permissions: ReadonlySet<string>;
}

/** Nobody gives what they do not have, or one key could make itself another with more. Answers what is withheld; the server itself may give anything. */
export function withheldFrom(giver: Giver, given: Iterable<string>): string[] {
  return giver.kind === 'system'
    ? []
    : [...given].filter((permission) => !giver.permissions.has(permission)).sort();
}

/** Whether a text can be a login. */
export const isLogin = (text: string): boolean => /^[\w.@+-]{1,50}$/.test(text);

/** What is in `now` and was not in `before`. */
export const gained = (before: Iterable<string>, now: Iterable<string>): string[] =>
  [...new Set(now)].filter((each) => !new Set(before).has(each));

/** An entry of a list of memberships or permissions, of which each is on or off. */
export interface Switch<Key> {
  readonly key: Key;
  readonly on: boolean;
}

/** The keys that are on after `switches`: those it does not name stay as they are. */
export function switched<Key>(current: Iterable<Key>, switches: readonly Switch<Key>[]): Key[] {
  const now = new Set(current);
  for (const { key, on } of switches) {
    if (on) now.add(key);
    else now.delete(key);
  }
  return [...now];
}
