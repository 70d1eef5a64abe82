// A process with the whole application that serves requests and does the background work, with
// leases short enough for a test: `node peopleProcess.ts <DATABASE_URL> <GATEWAY_URL>`. It prints
// its address, and ends when the test kills it.
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createApp } from '../../server/src/app/app.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { openGateways } from '../../server/src/payments/gateways.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { runLoop } from '../../server/src/platform/jobs/loop.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { httpSender } from '../../server/src/webhooks/send.ts';

const [url = '', simulatorUrl = ''] = process.argv.slice(2);
const clock = systemClock;
const app = createApp({
  db: openPool({ connection: { url }, maxConnections: 10, prepareStatements: true }),
  clock,
  ids: randomIds,
  log: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
  rateLimits: [],
  isLoopbackAllowed: true,
  bodyLimitBytes: 1_000_000,
  trustedProxies: [],
  gateways: openGateways({ simulatorUrl }, clock),
  rebillTiming: { leaseMs: 3000, recheckMs: 200 },
  mail: { send: async () => ({ kind: 'delivered', response: '' }), close: async () => {} },
  mailFrom: 'fault@perennial.test',
  sender: httpSender({ clock }),
  seal: sealWith(randomBytes(32)),
  files: { folder: '/nonexistent' },
});

const names = ['rebill', 'unanswered charges', 'auto orders', 'unsettled charges'];
for (const worker of app.workers.filter(({ name }) => names.includes(name))) {
  // While the store restarts, all running work fails; the next round finishes it.
  runLoop(worker, { clock, idleMs: 50, onError: () => {} });
}
console.log(await app.http.listen({ host: '127.0.0.1', port: 0 }));
