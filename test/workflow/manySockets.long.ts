// The long form of live.test.ts, which uses only a few sockets. LIVE_SOCKETS and LIVE_CHANGES make
// it shorter or longer.
import { after, test } from 'node:test';
import { testApp } from '../support/app.ts';
import { listen } from '../support/liveClient.ts';
import { everySocketHears } from './manySockets.ts';

const [sockets, changes] = [
  Number(process.env['LIVE_SOCKETS'] ?? 1000),
  Number(process.env['LIVE_CHANGES'] ?? 10_000),
];

test('every socket receives each change once and in order', async (t) => {
  const app = await testApp();
  after(() => app.app.http.close());
  const memory = await everySocketHears(app, await listen(app), { sockets, changes });
  t.diagnostic(
    `${sockets} sockets received ${changes} changes each, ${memory.toFixed(0)} KB of the server's memory a socket`,
  );
});
