// Measures how long `perennial backup` takes for a large merchant, against `cp` of the same
// database's folder on the same disk, which an operator would use instead with the server stopped.
// Both include the flush to the disk.
// `node bench/backup.ts [auto orders, default 1000000]`
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeBackup } from '../server/src/platform/backup/backup.ts';
import { filesOf } from '../server/src/platform/backup/manifest.ts';
import { figure, median } from './support/figures.ts';
import { benchMerchant } from './support/merchant.ts';
import { multiply } from './support/multiply.ts';
import { withPostgres } from './support/postgres.ts';

const smallSize = 10_000;
const times = Math.max(1, Math.round(Number(process.argv[2] ?? 1_000_000) / smallSize));
const rounds = 3;

await withPostgres(async ({ db, connection }) => {
  await benchMerchant(db, 'BENCH', { autoOrders: smallSize, daysMax: 60 });
  await multiply(db, 'BENCH', times);
  const row = await db.row<{ folder: string; bytes: number }>(
    `select current_setting('data_directory') as folder,
       pg_database_size(current_database()) as bytes`,
  );
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
  console.log(
    `${(smallSize * times).toLocaleString('en')} auto orders, ${megabytes(row!.bytes)} with indexes`,
  );
  const target = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const seconds: { backup: number; copy: number }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      // Pending writes of the server would add to the time of the first copy, so they are flushed.
      await db.run('checkpoint');
      execFileSync('sync');
      const copy = timed(() => {
        execFileSync('cp', ['-r', row!.folder, join(target, 'copy')]);
        execFileSync('sync', ['-f', target]);
      });
      await rm(join(target, 'copy'), { recursive: true });
      const startMs = performance.now();
      const folder = join(target, 'backup');
      const manifest = await takeBackup({ connection, folder, sources: {}, onProgress() {} });
      const backup = (performance.now() - startMs) / 1000;
      const bytes = filesOf(manifest).reduce((sum, file) => sum + file.bytes, 0);
      await rm(folder, { recursive: true });
      console.log(
        `backup ${backup.toFixed(1)} s (${megabytes(bytes)}), cp of the folder ${copy.toFixed(1)} s`,
      );
      seconds.push({ backup, copy });
    }
    figure('backup', median(seconds.map(({ backup, copy }) => copy / backup)), '>=0.5');
  } finally {
    await rm(target, { recursive: true, force: true });
  }
});

function timed(work: () => void): number {
  const startMs = performance.now();
  work();
  return (performance.now() - startMs) / 1000;
}
