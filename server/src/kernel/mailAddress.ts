/**
 * Whether a text is exactly one address. Any other text, such as one with a second line, could add
 * recipients or headers.
 */
export const isOneAddress = (text: unknown): text is string =>
  typeof text === 'string' && /^[^\s<>,;"]+@[^\s<>,;"@]+$/.test(text);

/** Whether a text is one address without a name, a comment or a group. */
export const isBareAddress = (text: string): boolean =>
  /^[^\s@<>(),:;"]+@[^\s@<>(),:;"]+$/.test(text);

/** Whether a text may be an address: an `@` with something on both sides, and no space. */
export function hasAddressForm(text: string): boolean {
  const at = text.indexOf('@', 1);
  return at > 0 && at < text.length - 1 && !/\s/.test(text);
}
