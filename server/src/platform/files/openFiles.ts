import type { FastifyInstance } from 'fastify';
import { Lazy } from '../../kernel/lazy.ts';
import type { Files } from './files.ts';
import { type LocalFilesParts, localFiles } from './localFiles.ts';
import type { S3Settings } from './s3Files.ts';

/** The settings of the file store: a local folder or a bucket. */
export type FileSettings = { readonly folder: string } | S3Settings;

/** Opens the store that the settings name. Only the local one adds routes. */
export function openFiles(
  settings: FileSettings,
  parts: Omit<LocalFilesParts, 'folder'>,
): Files & { addRoutes?(server: FastifyInstance): void } {
  return 'folder' in settings
    ? localFiles({ ...parts, folder: settings.folder })
    : lazyS3(settings);
}

/** Returns the origin of links to files; undefined when it is this server's own. */
export function fileOriginOf(settings: FileSettings): string | undefined {
  if ('folder' in settings) return undefined;
  const { bucket, region, endpoint } = settings;
  return endpoint === undefined
    ? `https://${bucket}.s3.${region}.amazonaws.com`
    : new URL(endpoint).origin;
}

/** The SDK is large and few installations need it, so it is loaded with the first file. */
function lazyS3(settings: S3Settings): Files {
  const files = new Lazy(async () => (await import('./s3Files.ts')).s3Files(settings));
  return {
    uploadUrl: async (...given) => (await files.get()).uploadUrl(...given),
    sizeOf: async (file) => (await files.get()).sizeOf(file),
    downloadUrl: async (...given) => (await files.get()).downloadUrl(...given),
    endsOf: async (...given) => (await files.get()).endsOf(...given),
    read: async (...given) => (await files.get()).read(...given),
    replace: async (...given) => (await files.get()).replace(...given),
    remove: async (file) => (await files.get()).remove(file),
  };
}
