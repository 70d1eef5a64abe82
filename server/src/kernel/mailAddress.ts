/**
 * Whether a text is one address. Anything else, such as a second line, could address other people
 * or add headers.
 */
export const isOneAddress = (text: unknown): text is string =>
  typeof text === 'string' && /^[^\s<>,;"]+@[^\s<>,;"@]+$/.test(text);

/** Whether a text is one address without a name, a comment or a group around it. */
export const isBareAddress = (text: string): boolean =>
  /^[^\s@<>(),:;"]+@[^\s@<>(),:;"]+$/.test(text);

/** Whether a text may be an address: an `@` with something on both sides, and no space. */
export const hasAddressForm = (text: string): boolean => /^\S+@\S+$/.test(text);
