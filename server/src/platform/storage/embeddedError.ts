/** An error: the embedded PostgreSQL cannot run here. The message says why and how to fix it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
