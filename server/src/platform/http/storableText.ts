/** The requirement for a text, in the words of a message to the client. */
export const storableText = 'well-formed text without the character U+0000';

/**
 * Returns whether PostgreSQL can store a text: it has no character U+0000 and no half of a
 * surrogate pair.
 */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/**
 * Returns whether the JSON may contain text that PostgreSQL cannot store. Such text occurs only as
 * an escape, because half a surrogate pair does not survive the decoding of UTF-8.
 */
export const mayHoldUnstorable = (json: string): boolean =>
  /\\u(0000|d[89a-f])/i.test(json) || json.includes('\0');

/**
 * Returns the path of the first text or name in a parsed body that cannot be stored; undefined if
 * all can.
 */
export function findUnstorable(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, each] of Object.entries(value)) {
    if (!isStorable(name)) return path;
    const found = findUnstorable(
      each,
      Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
