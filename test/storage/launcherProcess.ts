// A process that starts the embedded PostgreSQL on the given folder, prints one line of JSON, and
// stops it when its own input ends. Tests kill it, and run it as other accounts.
import { once } from 'node:events';
import { startEmbeddedPostgres } from '../../server/src/platform/storage/embedded.ts';

const [dataDir = '', nativeDir] = process.argv.slice(2);
try {
  const {
    connection,
    adopted,
    dataDir: real,
    stop,
  } = await startEmbeddedPostgres({
    dataDir,
    nativeDir,
    log: { debug() {}, info() {}, warn: console.error },
  });
  console.log(JSON.stringify({ connection, adopted, dataDir: real }));
  process.stdin.resume();
  await once(process.stdin, 'end');
  await stop();
} catch (error) {
  console.log(JSON.stringify({ refusal: (error as Error).message }));
}
