/**
 * An error: the database belongs to another release or installation. The message says why and how
 * to fix it.
 */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
}
