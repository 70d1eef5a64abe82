import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { Database } from '../platform/storage/database.ts';

/** A file whose upload was requested, and its task. */
export interface TaskFile {
  readonly fileUuid: string;
  readonly mimeType: string;
  readonly taskUuid?: string | undefined;
}

/** Stores that a file may be uploaded. */
export async function insertFile(
  db: Database,
  merchantId: string,
  file: TaskFile,
  at: Temporal.Instant,
): Promise<void> {
  await db.run(
    `insert into workflow_file (merchant_id, file_uuid, mime_type, asked_at)
     values ($1, $2, $3, $4)`,
    [merchantId, file.fileUuid, file.mimeType, at],
  );
}

/**
 * Counts the files of a merchant and their bytes. A file whose upload has not been seen yet counts
 * with `unseenBytes`, because its real size is unknown.
 */
export async function countFiles(
  db: Database,
  merchantId: string,
  unseenBytes: number,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const row = await db.row<{ count: number; bytes: number }>(
    `select count(*)::int as count,
       coalesce(sum(coalesce(bytes, case when task_uuid is null then $2::bigint end)), 0)::bigint as bytes
     from workflow_file where merchant_id = $1`,
    [merchantId, unseenBytes],
  );
  return required(row, 'count');
}

/** Stores the size of an upload. */
export async function saveFileSize(
  db: Database,
  merchantId: string,
  fileUuid: string,
  bytes: number,
): Promise<void> {
  await db.run('update workflow_file set bytes = $3 where merchant_id = $1 and file_uuid = $2', [
    merchantId,
    fileUuid,
    bytes,
  ]);
}

/** Finds those of the files that belong to no task yet. */
export function findWaitingFiles(
  db: Database,
  merchantId: string,
  fileUuids: readonly string[],
): Promise<TaskFile[]> {
  return db.rows(
    `select file_uuid as "fileUuid", mime_type as "mimeType" from workflow_file
     where merchant_id = $1 and file_uuid = any($2::text[]) and task_uuid is null`,
    [merchantId, fileUuids],
  );
}

/** Attaches files to a task; returns how many of them were still free. */
export function attachFiles(
  tx: Database,
  merchantId: string,
  fileUuids: readonly string[],
  taskUuid: string,
): Promise<number> {
  return tx.run(
    `update workflow_file set task_uuid = $3
     where merchant_id = $1 and file_uuid = any($2::text[]) and task_uuid is null`,
    [merchantId, [...fileUuids], taskUuid],
  );
}

/**
 * Detaches files from their task. {@link findForgotten} finds them later, and they are deleted. With
 * `keptFrom` they are kept as long from then on as an upload, so that they can be attached again.
 */
export async function releaseFiles(
  tx: Database,
  merchantId: string,
  fileUuids: readonly string[],
  keptFrom?: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `update workflow_file set task_uuid = null, asked_at = coalesce($3::timestamptz, asked_at)
     where merchant_id = $1 and file_uuid = any($2::text[])`,
    [merchantId, [...fileUuids], keptFrom],
  );
}

/** Finds the text files among these files, with their types. */
export function findTextFiles(
  db: Database,
  merchantId: string,
  fileUuids: readonly string[],
): Promise<TaskFile[]> {
  return db.rows(
    `select file_uuid as "fileUuid", mime_type as "mimeType" from workflow_file
     where merchant_id = $1 and file_uuid = any($2::text[])
       and (mime_type like 'text/%' or mime_type in ('application/json', 'application/rtf', 'message/rfc822'))
     order by file_uuid`,
    [merchantId, fileUuids],
  );
}

/** Finds files that belong to no task and were requested before a moment. */
export async function findForgotten(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<string[]> {
  const rows = await db.rows<{ file_uuid: string }>(
    `select file_uuid from workflow_file
     where merchant_id = $1 and task_uuid is null and asked_at < $2 order by asked_at limit 100`,
    [merchantId, before],
  );
  return rows.map((row) => row.file_uuid);
}

/** Deletes the records of these files. */
export async function deleteFiles(
  db: Database,
  merchantId: string,
  fileUuids: readonly string[],
): Promise<void> {
  await db.run(
    `delete from workflow_file
     where merchant_id = $1 and file_uuid = any($2::text[]) and task_uuid is null`,
    [merchantId, [...fileUuids]],
  );
}
