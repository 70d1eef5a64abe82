import pg from 'pg';

/* Classifies errors of the database. Codes: PostgreSQL's table of error codes, appendix A. */

/** Deadlock detected, serialisation failure: the same work can succeed when it runs again. */
export function isTransient(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001');
}

/**
 * Waits for a statement that gives one row a unique key. Returns false when another row has the
 * key. A statement's condition sees only committed rows. Of two statements that insert the same key
 * at the same time, PostgreSQL refuses the later one, and its transaction can then only be rolled
 * back. The name of the index is not checked, because partitions and shards have other names.
 */
export async function wroteUnlessTaken(writing: Promise<number>): Promise<boolean> {
  try {
    return (await writing) > 0;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '23505') return false;
    throw error;
  }
}

/** True when the database account lacks the permission for the statement. */
export function isPrivilegeMissing(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '42501';
}

/**
 * True when PostgreSQL cannot serve now, and the same work may succeed later, unchanged: it is
 * unreachable, starting or stopping, has no free connection or disk space, is read-only, or took
 * too long.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError)
    return isServersTrouble(error.code ?? '') || isNodeLost(error);
  return error instanceof NodeMissing || isConnectionLost(error);
}

/** True when the disk has no space for a file. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as { code?: string } | undefined)?.code ?? '');

/** The node of Citus with the merchant's rows did not respond to the last query. */
export class NodeMissing extends Error {
  constructor(merchantId: string) {
    super(`the node of Citus that has merchant ${merchantId} does not respond`);
    this.name = 'NodeMissing';
  }
}

/** True when a coordinator of Citus lost a node, could not reach it, or waited too long for it. */
export const isNodeFault = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (/^(08|57)/.test(error.code ?? '') || isNodeLost(error));

/** True when the connection itself can no longer be used. */
export function isConnectionLost(error: unknown): boolean {
  // Checked by its code, because the severity comes in the server's language.
  if (error instanceof pg.DatabaseError) return /^(08|57P|25P0[34])/.test(error.code ?? '');
  const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
  // A missing socket, not a missing file of this server.
  if (code === 'ENOENT') return syscall === 'connect';
  return networkCodes.has(code) || (error instanceof Error && driversWords.test(error.message));
}

/**
 * True when PostgreSQL refused a statement or was lost: inside a transaction no other statement can
 * follow.
 */
export const isStatementFault = (error: unknown): boolean =>
  error instanceof pg.DatabaseError || isUnavailable(error);

/**
 * True when an error concerns the database or our statements, not the data: unreachable,
 * overloaded, deadlocked, a missing table. Any other error may be caused by one record.
 */
export function isFaultOfStore(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return !/^(21|22|23|54|P0)/.test(error.code ?? '');
  return isUnavailable(error);
}

/** True when Citus reports a node lost inside a transaction, for which it has no specific code. */
const isNodeLost = ({ code, message }: pg.DatabaseError): boolean =>
  code === 'XX000' &&
  /^(failure on connection marked as essential|failed to prepare transaction)\b/.test(message);

function isServersTrouble(code: string): boolean {
  return troubleClasses.has(code.slice(0, 2)) || troubleCodes.has(code);
}

/**
 * Connection exceptions, refused log-ins, lack of resources, operator intervention (including
 * time-outs), system errors.
 */
const troubleClasses = new Set(['08', '28', '53', '57', '58']);
const troubleCodes = new Set([
  '25006', // read-only transaction: a standby, or a server that protects a full disk
  '25P03', // idle in transaction for too long
  '25P04', // a transaction took too long
  '3D000', // the database is not there (yet)
  '40001', // serialisation failure, also when repeated
  '40P01', // deadlock, also when repeated
  '55P03', // a lock was not free in time
]);

const networkCodes = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const driversWords = new RegExp(
  [
    'Connection terminated',
    'Client has encountered a connection error',
    'Client was closed',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
  ].join('|'),
);
