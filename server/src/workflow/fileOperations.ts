import type { WorkflowAttachment, WorkflowTask } from '@perennial/contract/workflow.ts';
import { required } from '../kernel/assert.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { mayBeStoredAs } from '../platform/files/contentType.ts';
import {
  type FileName,
  type Files,
  fileBytesMax,
  type LinkHolder,
} from '../platform/files/files.ts';
import { scanFile, type VirusScanner } from '../platform/files/virusScan.ts';
import { refuse } from '../platform/http/refusal.ts';
import { lockQuota, type Quotas, refuseOverQuota } from '../platform/tenancy/quotas.ts';
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
  /** The virus scanner. Absent: files are not scanned, and strict installations accept none. */
  readonly virusScanner?: VirusScanner | undefined;
  /** True if the content of a file must have the signature of its type. */
  readonly isStrict: boolean;
}

/**
 * Creates a link to upload one file to, and the key that names the upload (workflow reference,
 * getWorkflowTaskAttachmentUploadUrl).
 */
export async function makeUpload(
  context: Context,
  { store, clock, quotas, isStrict, virusScanner }: FileParts,
  extension: string,
): Promise<{ key: string; url: string }> {
  if (isStrict && virusScanner === undefined)
    refuse('state_conflict', {
      reason: 'This installation accepts no files, because it has no virus scanner',
      fix: 'Ask its operator to set VIRUS_SCANNER',
    });
  const mimeType =
    mimeTypeOf(extension) ?? refuse('unknown_enum', { field: 'extension', allowed: extensions });
  const fileUuid = context.ids.uuid();
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    await lockQuota(context, 'files');
    const stored = await countFiles(context.db, merchantId, fileBytesMax);
    refuseOverQuota(quotas, 'files', stored.count);
    refuseOverQuota(quotas, 'fileMegabytes', Math.floor(stored.bytes / 1_000_000));
    await insertFile(context.db, merchantId, { fileUuid, mimeType }, clock.now());
  });
  return {
    key: fileUuid,
    url: await store.uploadUrl({ merchantId, fileUuid }, mimeType, holderOf(context)),
  };
}

/** Returns the caller in the form of a holder of links. */
function holderOf({ actor: { applicationId, userId } }: Context): LinkHolder {
  return {
    applicationId: required(applicationId, 'calling application'),
    ...(userId === undefined ? {} : { userId }),
  };
}

/**
 * Finds the uploads that a change names and that are complete, and refuses those whose content is
 * of another type or has a virus. Call it outside a transaction, because it calls the file store.
 */
export async function uploadsOf(
  context: Context,
  parts: FileParts,
  change: TaskChange,
): Promise<Uploads> {
  const given = [
    ...(change.attachments ?? []),
    ...(change.notes ?? []).flatMap((note) => note.attachments),
  ];
  const keys = given.map(({ uploadKey }) => uploadKey).filter((key) => key !== undefined);
  if (keys.length === 0) return new Map();
  const { store } = parts;
  const { merchantId } = context.merchant;
  const uploads = new Map<string, { mimeType: string }>();
  for (const { fileUuid, mimeType } of await findWaitingFiles(context.db, merchantId, keys)) {
    const size = await store.sizeOf({ merchantId, fileUuid });
    if (size !== undefined && size > fileBytesMax) refuse('body_too_large', { max: fileBytesMax });
    if (size === undefined) continue;
    await checkContent(context, parts, { merchantId, fileUuid }, mimeType);
    await saveFileSize(context.db, merchantId, fileUuid, size);
    uploads.set(fileUuid, { mimeType });
  }
  return uploads;
}

/** Refuses and deletes a file whose content does not match its type or has a virus. */
async function checkContent(
  { log }: Context,
  { store, isStrict, virusScanner }: FileParts,
  file: FileName,
  mimeType: string,
): Promise<void> {
  if (!mayBeStoredAs(mimeType, await store.endsOf(file), isStrict)) {
    await store.remove(file);
    refuse('wrong_content', { expected: mimeType });
  }
  if (virusScanner === undefined) return;
  const { virus } = await scanFile(virusScanner, await store.read(file)).catch((error: unknown) => {
    log.error({ err: error, ...file }, 'an attachment could not be checked for viruses');
    return refuse('unavailable', {}, { retryAfterSeconds: 30 });
  });
  if (virus === undefined) return;
  await store.remove(file);
  log.warn({ ...file, virus }, 'an attachment had a virus and was deleted');
  refuse('invalid_field', {
    field: 'upload_key',
    reason: `names a file with the virus ${virus}, which was deleted`,
    fix: 'Remove the virus, and upload the file again with a new link',
  });
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

/** Returns a stored list; empty if the stored value is not a list. */
const listOf = <Element>(list: readonly Element[] | undefined): readonly Element[] =>
  Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];

/** Adds the link of an attachment. An attachment that cannot be read gets no link. */
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
