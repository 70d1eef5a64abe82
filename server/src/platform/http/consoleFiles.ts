import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** The built console in memory: a few megabytes. */
export interface ConsoleFiles {
  /** The page, with `__NONCE__` in the place of the response's nonce. */
  readonly index: string;
  /** The assets by file name, without their folder. */
  readonly assets: ReadonlyMap<string, ConsoleAsset>;
}

/** One file, uncompressed and compressed. */
export interface ConsoleAsset {
  readonly type: string;
  readonly etag: string;
  readonly raw: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** Reads the folder that `web/build.ts` writes; undefined when it is absent or incomplete. */
export async function readConsole(folder: string): Promise<ConsoleFiles | undefined> {
  try {
    const names = await readdir(join(folder, 'assets'));
    const assets = names.filter((name) => !/\.(br|gz)$/.test(name));
    return {
      index: await readFile(join(folder, 'index.html'), 'utf8'),
      assets: new Map(
        await Promise.all(
          assets.map(
            async (name) => [name, await readAsset(join(folder, 'assets', name))] as const,
          ),
        ),
      ),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readAsset(path: string): Promise<ConsoleAsset> {
  const [raw, br, gzip] = await Promise.all(
    ['', '.br', '.gz'].map((ending) => readFile(path + ending)),
  );
  const etag = `"${createHash('sha256').update(raw!).digest('base64url').slice(0, 22)}"`;
  const type = types[extname(path)] ?? 'application/octet-stream';
  return { type, etag, raw: raw!, br: br!, gzip: gzip! };
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};
