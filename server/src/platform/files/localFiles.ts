import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../../kernel/ids.ts';
import { Refusal, refusal, refuse } from '../http/refusal.ts';
import { makeFolders } from '../makeFolders.ts';
import type { Tokens } from '../tokens.ts';
import { type FileEnds, headBytes, mayBeStoredAs, tailBytes } from './contentType.ts';
import {
  attachmentDisposition,
  downloadSeconds,
  type FileName,
  type Files,
  fileBytesMax,
  type LinkHolder,
  uploadSeconds,
} from './files.ts';

/** The settings of the file store in a local folder. */
export interface LocalFilesParts {
  readonly folder: string;
  readonly tokens: Tokens;
  readonly ids: IdFactory;
  /** The content of a file must have the signature of its type (contentType.ts). */
  readonly isStrict?: boolean | undefined;
  /** The address at which clients reach this server. */
  publicUrl(): Promise<string>;
  /** Returns whether the holder of a link may still use it to read, or to write. */
  mayUseLink(merchantId: string, holder: LinkHolder, use: 'read' | 'write'): Promise<boolean>;
}

/** Files in a folder of this machine, and the routes for their links. */
export interface LocalFiles extends Files {
  /** The routes for the links. */
  addRoutes(server: FastifyInstance): void;
}

/**
 * Files in a folder, a folder for each merchant. A link contains a token that names the file and
 * the allowed action; there is no other access.
 */
export function localFiles(parts: LocalFilesParts): LocalFiles {
  const { folder, tokens, ids, publicUrl } = parts;
  const linkTo = async (
    audience: typeof uploading | typeof downloading,
    claims: Claims,
    seconds: number,
  ) => `${await publicUrl()}${base}/${await tokens.sign(audience, { ...claims }, seconds)}`;

  return {
    uploadUrl: ({ merchantId, fileUuid }, mimeType, holder) =>
      linkTo(uploading, { merchantId, fileUuid, mimeType, holder }, uploadSeconds),
    downloadUrl: ({ merchantId, fileUuid }, { fileName, mimeType }, holder) =>
      linkTo(downloading, { merchantId, fileUuid, fileName, mimeType, holder }, downloadSeconds),
    sizeOf: (file) => sizeOf(folder, file),
    endsOf: (file) => endsOf(pathOf(folder, file)),
    read: async (file) => createReadStream(pathOf(folder, file)),
    async replace(file, bytes) {
      const path = pathOf(folder, file);
      const part = `${path}.${ids.secret(8)}${unfinished}`;
      try {
        await writeFile(part, bytes, { mode: 0o600, flag: 'wx', flush: true });
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    remove: (file) => rm(pathOf(folder, file), { force: true }),
    addRoutes(server) {
      void server.register(async (scope) => {
        // Bodies are streamed to the disk and never held in memory as a whole.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
        scope.put<LinkRoute>(`${base}/:token`, (request, reply) => upload(parts, request, reply));
        scope.get<LinkRoute>(`${base}/:token`, (request, reply) => download(parts, request, reply));
      });
    },
  };
}

interface LinkRoute {
  readonly Params: { readonly token: string };
}

async function upload(
  parts: LocalFilesParts,
  request: FastifyRequest<LinkRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const claims = await claimsOf(parts, uploading, request.params.token);
  refuseOtherType(request.headers['content-type'], claims.mimeType);
  if (Number(request.headers['content-length'] ?? 0) > fileBytesMax)
    refuse('body_too_large', { max: fileBytesMax });
  await storeFile(parts, claims, (request.body as Readable | undefined) ?? request.raw);
  return reply.code(200).send({ success: true });
}

async function download(
  parts: LocalFilesParts,
  request: FastifyRequest<LinkRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const claims = await claimsOf(parts, downloading, request.params.token);
  const size = await sizeOf(parts.folder, claims);
  if (size === undefined) refuse('not_found', { what: 'file', id: claims.fileUuid });
  return reply
    .header('Content-Disposition', attachmentDisposition(claims.fileName ?? 'file'))
    .header('Content-Length', size)
    .header('Content-Security-Policy', "sandbox; default-src 'none'")
    .header('Cross-Origin-Resource-Policy', 'same-origin')
    .header('Cache-Control', 'private, no-store')
    .type(claims.mimeType)
    .send(createReadStream(pathOf(parts.folder, claims)));
}

async function storeFile(
  { folder, ids, isStrict = false }: LocalFilesParts,
  file: Claims,
  body: Readable,
): Promise<void> {
  const path = pathOf(folder, file);
  const part = `${path}.${ids.secret(8)}${unfinished}`;
  makeFolders(join(folder, file.merchantId), 0o700);
  try {
    await pipeline(
      body,
      limited(),
      createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true }),
    );
    if (!mayBeStoredAs(file.mimeType, await endsOf(part), isStrict))
      refuse('wrong_content', { expected: file.mimeType });
    // Moves the file to its place only if no file is there, so that the file of a task cannot be
    // replaced.
    await link(part, path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST'
        ? refusal('state_conflict', {
            reason: 'The file was uploaded before',
            fix: 'Request another upload link',
          })
        : error;
    });
  } finally {
    await rm(part, { force: true });
  }
}

const unfinished = '.part';

/**
 * Deletes partial uploads of killed processes. Called once at the start. It keeps parts that are
 * younger than the longest upload, because another process may still be writing them.
 */
export async function removeUnfinished(folder: string, now: Temporal.Instant): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const stale = now.epochMilliseconds - uploadSeconds * 1000;
  let removed = 0;
  for (const name of names.filter((each) => each.endsWith(unfinished))) {
    const path = join(folder, name);
    const age = await stat(path).catch(() => undefined);
    if (age === undefined || age.mtimeMs > stale) continue;
    await rm(path, { force: true });
    removed++;
  }
  return removed;
}

async function endsOf(path: string): Promise<FileEnds> {
  await using file = await open(path);
  const { size } = await file.stat();
  const part = async (length: number, position: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  };
  return {
    head: await part(headBytes, 0),
    tail: await part(tailBytes, Math.max(0, size - tailBytes)),
  };
}

const pathOf = (folder: string, { merchantId, fileUuid }: FileName): string =>
  join(folder, merchantId, fileUuid);

async function sizeOf(folder: string, file: FileName): Promise<number | undefined> {
  return (await stat(pathOf(folder, file)).catch(() => undefined))?.size;
}

const base = '/perennial/v1/files';
const uploading = 'file upload';
const downloading = 'file download';

interface Claims extends FileName {
  readonly mimeType: string;
  readonly fileName?: string;
  readonly holder: LinkHolder;
}

async function claimsOf(
  { tokens, mayUseLink }: LocalFilesParts,
  audience: typeof uploading | typeof downloading,
  token: string,
): Promise<Claims> {
  const claims = (await tokens.read(audience, token)) as Claims | undefined;
  const use = audience === uploading ? 'write' : 'read';
  // A link of an earlier release names no holder. It expires within an hour.
  const isUsable = claims?.holder && (await mayUseLink(claims.merchantId, claims.holder, use));
  return isUsable ? claims : refuse('expired_link', {});
}

/** A client that sends no type uses the type that it requested. */
function refuseOtherType(given: string | undefined, expected: string): void {
  const type = given?.split(';')[0]!.trim().toLowerCase();
  if (type !== undefined && type !== '' && type !== expected)
    refuse('wrong_content_type', { given: type, expected });
}

function limited(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const excess: Refusal | null =
        bytes > fileBytesMax ? refusal('body_too_large', { max: fileBytesMax }) : null;
      done(excess, chunk);
    },
  });
}
