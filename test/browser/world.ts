import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { after } from 'node:test';
import { fillMerchant } from '../../server/src/cli/demo/fill.ts';
import { demoLogin, demoPassword, ensureDemoStaff } from '../../server/src/cli/demo/staff.ts';
import { type TestApp, testApp, testNow } from '../support/app.ts';
import { type Gate, openGate } from './gate.ts';

/** A real server with a small demo on a port of this machine. */
export interface BrowserWorld extends TestApp {
  readonly url: string;
  readonly login: string;
  readonly password: string;
  /** The gate in front of the server; absent unless `isGated` is set. */
  readonly gate?: Gate;
  /** The address that logs in, as `npm start` prints it. It opens Today. */
  readonly startUrl: string;
  /** The address that logs in and opens the list of auto orders. */
  readonly demoUrl: string;
}

export const consoleFolder = new URL('../../web/dist', import.meta.url).pathname;

/**
 * Starts the server on a database of this file. The merchant is TEST, with a standing clock, 60
 * auto orders and the demo's people. With `isGated` the server is behind a gate, which a test
 * closes to simulate a server that has stopped.
 */
export async function browserWorld({
  autoOrders = 60,
  folder = consoleFolder,
  isGated = false,
} = {}): Promise<BrowserWorld> {
  const port = await freePort();
  const behind = isGated ? await freePort() : port;
  const url = `http://127.0.0.1:${port}`;
  const app = await testApp({
    publicUrl: url,
    demo: { merchantId: 'TEST', login: demoLogin },
    consoleFolder: folder,
  });
  const { db, merchant } = app;
  if (autoOrders > 0)
    await db.transaction((tx) =>
      fillMerchant(tx, { merchant, now: testNow, seed: '1', autoOrders, daysMax: 365 }),
    );
  await ensureDemoStaff(db, 'TEST', testNow);
  const password = await demoPassword(db, 'TEST', undefined, testNow);
  await app.app.http.listen({ host: '127.0.0.1', port: behind });
  after(() => app.app.http.close());
  const gate = isGated ? { gate: await openGate(port, behind) } : {};
  const fragment = `#demo=${encodeURIComponent(password)}`;
  const demoUrl = `${url}/auto-orders${fragment}`;
  const startUrl = `${url}/${fragment}`;
  return { ...app, ...gate, url, login: demoLogin, password, startUrl, demoUrl };
}

/**
 * Returns a port that was free a moment ago, because the public address must be known before the
 * server listens. The system uses ports from 32768 on for outgoing connections, so a lower port is
 * chosen: nothing takes it in the meantime.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
