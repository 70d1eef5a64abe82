import { isDeepStrictEqual } from 'node:util';

/*
 * The published C# client leaves every false and every 0 out of a body. Where a list replaces the
 * stored one, an element that is sent back as it was read would lose them: a free step would have
 * the ordinary price.
 */

const sent = new WeakMap<object, JsonObject>();

/** Notes what a client sent for an object whose read-only fields were taken out. */
export function noteSent(kept: object, given: JsonObject): void {
  sent.set(kept, given);
}

/**
 * Returns the given elements of a list with what a stored element has and a client cannot send:
 * read-only fields, `false` and `0`. The stored element is the one that is otherwise the same, or
 * the one with the same ids. The latter gives no `0`: the client may have removed the price. A
 * client that wants to remove a `false` or a `0` sends null.
 */
export function unsaidKept(stored: readonly unknown[], given: readonly unknown[]): unknown[] {
  const left = new Set(stored.filter(isObject));
  const take = (place: number, fits: (element: JsonObject) => boolean): JsonObject | undefined => {
    const near = stored[place];
    const isNear = isObject(near) && left.has(near) && fits(near);
    const found = isNear ? near : stored.length > searchedMax ? undefined : [...left].find(fits);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const same = given.map((element, place) =>
    isObject(element)
      ? take(place, (each) => isSentBack(rawOf(element), each) || isSentBack(element, each))
      : undefined,
  );
  return given.map((element, place) => {
    if (same[place] !== undefined) return same[place];
    if (!isObject(element)) return element;
    const raw = rawOf(element);
    const known = take(place, (each) => hasSameIds(raw, each));
    return known === undefined ? element : { ...unsendable(known, raw), ...element };
  });
}

const rawOf = (element: JsonObject): JsonObject => sent.get(element) ?? element;

/** In a longer list, only the element at the same place is compared. */
const searchedMax = 500;

/** Whether a value is a stored one, or the stored one without `false` and `0`. */
function isSentBack(given: unknown, stored: unknown): boolean {
  if (given === undefined) return stored === undefined || stored === false || stored === 0;
  if (Array.isArray(given))
    return (
      Array.isArray(stored) &&
      given.length === stored.length &&
      given.every((each, place) => isSentBack(each, stored[place]))
    );
  if (!isObject(given) || !isObject(stored)) return given === stored;
  return [...new Set([...Object.keys(given), ...Object.keys(stored)])].every((name) =>
    isSentBack(ownOf(given, name), ownOf(stored, name)),
  );
}

const isId = (name: string): boolean =>
  name.endsWith('_oid') || name === 'distribution_center_code';

/** Whether an element names at least one id, and none that the stored one does not have. */
function hasSameIds(given: JsonObject, stored: JsonObject): boolean {
  const ids = Object.entries(given).filter(([name, value]) => isId(name) && value !== undefined);
  return ids.length > 0 && ids.every(([name, value]) => ownOf(stored, name) === value);
}

/** Each false of a stored element, and what was sent back with it as it is stored. */
const unsendable = (stored: JsonObject, raw: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(stored).filter(
      ([name, value]) => value === false || isDeepStrictEqual(ownOf(raw, name), value),
    ),
  );

const ownOf = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

type JsonObject = Record<string, unknown>;

/** Whether a value of a body is an object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
