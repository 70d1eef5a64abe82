import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type Connection, connectionSettings, endConnection } from '../storage/connection.ts';
import { columnTypes, type Database, overConnection } from '../storage/database.ts';
import { applySettings, noLimits } from '../storage/sessionSettings.ts';
import { type CheckedFile, metered, save } from './checkedFiles.ts';

/** The rows of a backup's file, with the facts that its check needs. */
export interface Written extends CheckedFile {
  readonly rows: number;
}

/** One connection that reads and writes whole tables as text (`COPY`). */
export interface RowStream {
  readonly db: Database;
  /** Runs a command of a transaction, such as `begin`. */
  command(text: string): Promise<void>;
  /**
   * Writes the rows of a query to a new file. Calls `onBytes` as they arrive. After a failure the
   * connection can only be closed, because PostgreSQL still sends rows that this process does not
   * read.
   */
  read(query: string, path: string, onBytes: (bytes: number) => void): Promise<Written>;
  /**
   * Adds the rows of a file to a table; `target` is the table with its columns. Returns their
   * number.
   */
  write(target: string, path: string, onBytes: (bytes: number) => void): Promise<number>;
  /** Ends the connection, even if PostgreSQL no longer responds. */
  close(): Promise<void>;
}

const connectMsMax = 10_000;
const closeMsMax = 5_000;

/**
 * Opens a connection with a text form of values that is the same on every server. Its statements
 * have no time limit.
 */
export async function openRowStream(
  connection: Connection,
  closeMs = closeMsMax,
): Promise<RowStream> {
  const client = new pg.Client({
    ...connectionSettings(connection),
    types: columnTypes,
    connectionTimeoutMillis: connectMsMax,
  });
  client.on('error', () => {});
  await client.connect();
  await applySettings(client, noLimits);
  // Each table is read completely, so an index does not help.
  await client.query('set enable_seqscan = on');
  await client.query("set client_encoding = 'UTF8'");
  return {
    db: overConnection(client),
    async command(text) {
      await client.query(text);
    },
    async read(query, path, onBytes) {
      const source = client.query(copyTo(`copy (${query}) to stdout`));
      const written = await save(source, path, onBytes);
      return { ...written, rows: source.rowCount ?? 0 };
    },
    async write(target, path, onBytes) {
      const sink = client.query(copyFrom(`copy ${target} from stdin`));
      await pipeline(createReadStream(path), metered(onBytes), sink);
      return sink.rowCount ?? 0;
    },
    close: () => endConnection(client, closeMs),
  };
}
