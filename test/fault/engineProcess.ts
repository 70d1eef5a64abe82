// A worker process of the server, with leases short enough for a test: `node engineProcess.ts <DATABASE_URL> <GATEWAY_URL>`. It ends by a kill.
import { pino } from 'pino';
import { createApp } from '../../server/src/app.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { openGateways } from '../../server/src/payments/gateways.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { runLoop } from '../../server/src/platform/jobs/loop.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { httpSender } from '../../server/src/webhooks/send.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';

const [url = '', simulatorUrl = ''] = process.argv.slice(2);
const db = openPool({ connection: { url }, maxConnections: 8, prepareStatements: true });
const app = createApp({
  db, clock: systemClock, ids: randomIds, log: pino({ level: 'silent' }), rateLimits: [], bodyLimitBytes: 1_000_000, trustedProxies: [],
  gateways: openGateways({ simulatorUrl }, systemClock),
  // Notices are written, and nobody is there to send them.
  mail: { send: () => Promise.reject(new Error('no mail in this test')), close: async () => {} },
  mailFrom: 'test@example.com', seal: sealWith(Buffer.alloc(32)), sender: httpSender({ clock: systemClock }),
  rebillTiming: { leaseMs: 3000, recheckMs: 200 },
});
for (const worker of app.workers) {
  if (worker.name !== 'rebill' && worker.name !== 'unanswered charges') continue;
  // A store that restarts fails whatever is under way; the next round finds what was left.
  runLoop(worker, { clock: systemClock, idleMs: 50, onError: () => {} });
}
console.log('ready');
