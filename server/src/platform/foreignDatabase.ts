/**
 * The database belongs to another release or installation; the message says why and how to fix it.
 */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
}
