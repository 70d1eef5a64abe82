import type { WorkflowAttachment, WorkflowTask } from '@perennial/contract/workflow.ts';
import { required } from '../kernel/assert.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { type Files, fileBytesMax, type LinkHolder } from '../platform/files/files.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type Quotas, refuseOverQuota } from '../platform/tenancy/quotas.ts';
import { extensions, mimeTypeOf } from './fileName.ts';
import {
  countFiles,
  deleteFiles,
  findForgotten,
  findWaitingFiles,
  insertFile,
  saveFileSize,
} from './fileStore.ts';
import type { Uploads } from './noteEdit.ts';
import type { TaskChange } from './taskChange.ts';

/**
 * The store of attachments. Their links expire by the machine's clock, because browsers use real
 * time.
 */
export interface FileParts {
  readonly store: Files;
  readonly clock: SystemClock;
  readonly quotas: Quotas;
}

/**
 * Creates a link to upload one file to, and the key that names the upload (workflow reference,
 * getWorkflowTaskAttachmentUploadUrl).
 */
export async function makeUpload(
  context: Context,
  { store, clock, quotas }: FileParts,
  extension: string,
): Promise<{ key: string; url: string }> {
  const mimeType =
    mimeTypeOf(extension) ?? refuse('unknown_enum', { field: 'extension', allowed: extensions });
  const fileUuid = context.ids.uuid();
  const { merchantId } = context.merchant;
  const stored = await countFiles(context.db, merchantId);
  refuseOverQuota(quotas, 'files', stored.count);
  refuseOverQuota(quotas, 'fileMegabytes', Math.floor(stored.bytes / 1_000_000));
  await insertFile(context.db, merchantId, { fileUuid, mimeType }, clock.now());
  return {
    key: fileUuid,
    url: await store.uploadUrl({ merchantId, fileUuid }, mimeType, holderOf(context)),
  };
}

/** Returns the caller as the holder of links. */
function holderOf({ actor: { applicationId, userId } }: Context): LinkHolder {
  return {
    applicationId: required(applicationId, 'calling application'),
    ...(userId === undefined ? {} : { userId }),
  };
}

/**
 * Finds the uploads that a change names and that are complete. Call it before a transaction is
 * open, because it asks the file store.
 */
export async function uploadsOf(
  context: Context,
  { store }: FileParts,
  change: TaskChange,
): Promise<Uploads> {
  const given = [
    ...(change.attachments ?? []),
    ...(change.notes ?? []).flatMap((note) => note.attachments),
  ];
  const keys = given.map(({ uploadKey }) => uploadKey).filter((key) => key !== undefined);
  if (keys.length === 0) return new Map();
  const { merchantId } = context.merchant;
  const uploads = new Map<string, { mimeType: string }>();
  for (const { fileUuid, mimeType } of await findWaitingFiles(context.db, merchantId, keys)) {
    const size = await store.sizeOf({ merchantId, fileUuid });
    if (size !== undefined && size > fileBytesMax) refuse('body_too_large', { max: fileBytesMax });
    if (size === undefined) continue;
    await saveFileSize(context.db, merchantId, fileUuid, size);
    uploads.set(fileUuid, { mimeType });
  }
  return uploads;
}

/** Adds a download link to each file in the JSON of a task or of a list of tasks. */
export async function withLinks(
  context: Context,
  { store }: FileParts,
  json: string,
): Promise<string> {
  if (!json.includes('"file_uuid"')) return json;
  const parsed = JSON.parse(json) as WorkflowTask | WorkflowTask[];
  const attachments = [parsed]
    .flat()
    .flatMap((task) => [task, ...listOf(task.notes)])
    .flatMap(({ attachments }) => listOf(attachments));
  await Promise.all(attachments.map((attachment) => addLink(context, store, attachment)));
  return JSON.stringify(parsed);
}

/** A stored list; empty where something else is stored. */
const listOf = <Element>(list: readonly Element[] | undefined): readonly Element[] =>
  Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];

/** Adds the link of an attachment. One that cannot be read stays without a link. */
async function addLink(
  context: Context,
  store: Files,
  attachment: WorkflowAttachment,
): Promise<void> {
  const {
    file_uuid: fileUuid,
    file_name: fileName,
    mime_type: mimeType,
  } = attachment as Required<WorkflowAttachment>;
  const { merchantId } = context.merchant;
  try {
    attachment.download_key = await store.downloadUrl(
      { merchantId, fileUuid },
      { fileName, mimeType },
      holderOf(context),
    );
  } catch (error) {
    context.log.error({ err: error, merchantId, fileUuid }, 'an attachment cannot be linked');
  }
}

/**
 * Deletes files that belong to no task a day after their upload was requested; returns how many.
 */
export async function forgetFiles(context: Context, { store, clock }: FileParts): Promise<number> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  const fileUuids = await findForgotten(db, merchantId, clock.now().subtract({ hours: 24 }));
  for (const fileUuid of fileUuids) await store.remove({ merchantId, fileUuid });
  if (fileUuids.length > 0) await deleteFiles(db, merchantId, fileUuids);
  return fileUuids.length;
}
