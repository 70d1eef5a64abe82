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
export const hasAddressForm = (text: string): boolean => /^\S+@\S+$/.test(text);
