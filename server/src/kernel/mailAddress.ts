/**
 * Whether a text is one address. Anything else, such as a second line, could address other people
 * or add headers.
 */
export const isOneAddress = (text: unknown): text is string =>
  typeof text === 'string' && /^[^\s<>,;"]+@[^\s<>,;"@]+$/.test(text);
