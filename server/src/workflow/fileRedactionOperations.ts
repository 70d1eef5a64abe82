import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import type { Context } from '../platform/context.ts';
import type { FileName, Files } from '../platform/files/files.ts';
import type { OthersRedaction } from '../platform/privacy/searchedWords.ts';
import { findTextFiles, saveFileSize } from './fileStore.ts';

/**
 * Removes the words of an erased person from text attachments, by the keys of their rows. A file
 * that cannot be read is logged, and the others continue. Returns the number of changed files.
 */
export async function redactFiles(
  context: Context,
  store: Files,
  keys: readonly (readonly string[])[],
  redaction: OthersRedaction,
): Promise<number> {
  const { db, merchant, log } = context;
  const { merchantId } = merchant;
  const texts = await findTextFiles(
    db,
    merchantId,
    keys.map(([fileUuid]) => fileUuid!),
  );
  let changed = 0;
  for (const { fileUuid, mimeType } of texts)
    try {
      const bytes = await redactFile(store, { merchantId, fileUuid }, mimeType, redaction);
      if (bytes === undefined) continue;
      await saveFileSize(db, merchantId, fileUuid, bytes);
      changed++;
    } catch (error) {
      log.error({ err: error, fileUuid }, 'an attachment keeps the words of an erased person');
    }
  return changed;
}

/** Changes a file and returns its new size; undefined if nothing changed. */
async function redactFile(
  store: Files,
  file: FileName,
  mimeType: string,
  redaction: OthersRedaction,
): Promise<number | undefined> {
  if ((await store.sizeOf(file)) === undefined) return undefined;
  const bytes = await buffer(await store.read(file));
  // Read as Latin 1, so that bytes which are not UTF-8 stay unchanged in any encoding.
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const text = bytes.toString(encoding);
  const redacted = redaction.text(text);
  if (redacted === text) return undefined;
  const written = Buffer.from(redacted, encoding);
  await store.replace(file, written, mimeType);
  return written.length;
}
