import type { Readable } from 'node:stream';
import type { FileEnds } from './contentType.ts';

/** A file of a merchant, named by a random id. The store decides where it is stored. */
export interface FileName {
  readonly merchantId: string;
  readonly fileUuid: string;
}

/** The caller that requested a link: the key or OAuth client, with the user it acts for. */
export interface LinkHolder {
  readonly applicationId: string;
  readonly userId?: number;
}

/**
 * Links with which clients upload and fetch files without an operation. Each link serves one file
 * for a short time.
 */
export interface Files {
  /**
   * Returns a link for a PUT of the bytes, of this type and at most {@link fileBytesMax}. In our
   * own store the link ends with the holder's key, user or permission; a link of S3 works until it
   * expires.
   */
  uploadUrl(file: FileName, mimeType: string, holder: LinkHolder): Promise<string>;
  /** The file's size in bytes once it was uploaded. */
  sizeOf(file: FileName): Promise<number | undefined>;
  /**
   * Returns a link with which a browser saves the file as `fileName` and never shows it as a page
   * of this server.
   */
  downloadUrl(
    file: FileName,
    shown: { readonly fileName: string; readonly mimeType: string },
    holder: LinkHolder,
  ): Promise<string>;
  /** The beginning and end of an uploaded file, from which its type is determined. */
  endsOf(file: FileName): Promise<FileEnds>;
  /** The bytes of an uploaded file. */
  read(file: FileName): Promise<Readable>;
  /**
   * Replaces the bytes of an uploaded file. Readers see the old or the new ones, never a mixture.
   */
  replace(file: FileName, bytes: Uint8Array, mimeType: string): Promise<void>;
  remove(file: FileName): Promise<void>;
}

/** The largest file that may be uploaded, in bytes. */
export const fileBytesMax = 25_000_000;
/** How long an upload link works. */
export const uploadSeconds = 15 * 60;
/** How long a download link works. */
export const downloadSeconds = 60 * 60;

/**
 * Makes browsers save the file and never show it. The name is sent in ASCII for old clients and
 * completely for others (RFC 6266).
 */
export function attachmentDisposition(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
