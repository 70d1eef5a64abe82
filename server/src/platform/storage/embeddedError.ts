/** The embedded PostgreSQL cannot run here; the message says why and how to fix it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
