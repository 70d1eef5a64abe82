/**
 * `node web/build.ts <marker>`: builds the console into `web/dist`, compressed. It builds next to
 * the folder and renames at the end, so a failed or cut build leaves the old one in place. The
 * assets of the build before are kept: tabs that are open ask for them. `.built` holds the marker,
 * with which scripts/prepare.mjs sees that the build is fresh.
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const web = import.meta.dirname;
const dist = join(web, 'dist');
const fresh = join(web, `dist.new-${process.pid}`);
const own = 'own.json';

try {
  await build({ configFile: join(web, 'vite.config.ts'), build: { outDir: fresh } });
  const assets = (await readdir(join(fresh, 'assets'))).sort();
  for (const name of assets) await compress(join(fresh, 'assets', name));
  await writeFile(join(fresh, own), JSON.stringify(assets));
  await keepEarlier();
  await writeFile(join(fresh, '.built'), process.argv[2] ?? '');
  await replace();
} finally {
  await rm(fresh, { recursive: true, force: true });
}

/** Quality 9: 11 takes several seconds and saves 7 %. */
async function compress(file: string): Promise<void> {
  const raw = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await writeFile(`${file}.br`, brotliCompressSync(raw, { params }));
  await writeFile(`${file}.gz`, gzipSync(raw, { level: 9 }));
}

/** Copies the files of the previous build, but not the files that it kept of an earlier one. */
async function keepEarlier(): Promise<void> {
  const earlier = await readFile(join(dist, own), 'utf8').catch(() => '[]');
  for (const name of JSON.parse(earlier) as string[])
    for (const ending of ['', '.br', '.gz']) {
      const target = join(fresh, 'assets', name + ending);
      await copyFile(join(dist, 'assets', name + ending), target, 1 /* keep a new one */).catch(
        () => {},
      );
    }
}

/** Two builds may end at the same time: the later one wins. */
async function replace(): Promise<void> {
  const old = join(web, `dist.old-${process.pid}`);
  await mkdir(dist, { recursive: true });
  await rename(dist, old);
  await rename(fresh, dist).catch(() => {});
  await rm(old, { recursive: true, force: true });
}
