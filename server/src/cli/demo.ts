import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomIds } from '../kernel/ids.ts';
import { type ClockSetting, readClock } from '../platform/clock/merchantClock.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { makeFolders } from '../platform/makeFolders.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { findMerchant, insertMerchant } from '../platform/tenancy/merchantStore.ts';
import { allPermissions, endOf, hashKey } from '../staff/apiKey.ts';
import { createApiKey } from '../staff/apiKeyOperations.ts';
import { findApiKey } from '../staff/apiKeyStore.ts';
import { findLogin } from '../staff/staffStore.ts';
import { Obstacle } from './command.ts';
import { demoLogin, demoPassword, ensureDemoStaff } from './demo/staff.ts';

/** How to reach the demo merchant, as written to `DATA_DIR/demo.json` for programs. */
export interface Demo {
  readonly baseUrl: string;
  readonly merchantId: string;
  readonly apiKey: string;
  /** The user for whom the key acts. The user can also log in where an application asks for it. */
  readonly login: string;
  readonly password: string;
  /** The address of the console, logged in as that user. */
  readonly consoleUrl: string;
}

/** The values of the demo that are known before the server listens. */
export type DemoAccess = Omit<Demo, 'baseUrl' | 'consoleUrl'>;

/**
 * Returns the demo of a server that listens at `baseUrl`. The password is in the fragment of the
 * console's address. Browsers never send the fragment, so no log and no proxy sees it.
 */
export const demoAt = (baseUrl: string, access: DemoAccess): Demo => ({
  baseUrl,
  ...access,
  consoleUrl: `${baseUrl}/#demo=${encodeURIComponent(access.password)}`,
});

/** The id of the merchant with the demo data. */
export const demoMerchantId = 'DEMO';

/**
 * Makes the demo merchant with its data if there is none. If `signal` interrupts it, makes nothing
 * and throws the signal's reason.
 */
export async function ensureDemoMerchant(db: Database, signal: AbortSignal): Promise<void> {
  if (await findMerchant(db, demoMerchantId)) return;
  console.error('perennial: making the demo data, which takes some seconds this first time …');
  await db.transaction((tx) => makeDemoMerchant(tx, signal));
}

async function makeDemoMerchant(tx: Database, signal: AbortSignal): Promise<void> {
  // On a busy machine, simulating three years of orders may take minutes.
  await tx.takeTime();
  const systemNow = systemClock.now();
  const clock: ClockSetting = { kind: 'running', at: systemNow, setAt: systemNow };
  const { demoShippingMethods } = await import('./demo/selling.ts');
  const merchant: Merchant = {
    merchantId: demoMerchantId,
    name: 'Perennial Demo',
    timeZone: 'America/New_York',
    currency: 'USD',
    settings: { webhooks: { allow_loopback: true }, shipping_methods: demoShippingMethods },
    clock,
  };
  // Another process that starts at the same time waits here until this one is finished, and then
  // has nothing to do.
  if (!(await insertMerchant(tx, merchant, systemNow))) return;
  const { fillMerchant } = await import('./demo/fill.ts');
  const now = readClock(clock, systemNow);
  await fillMerchant(tx, { merchant, now, ...demoSize, signal });
}

const demoSize = { autoOrders: 1200, daysMax: 3 * 365, seed: '1' };

/**
 * Makes sure that the demo merchant can be used. The key and the password of an earlier start stay
 * as long as they work.
 */
export async function prepareDemoAccess(db: Database, dataDir: string): Promise<DemoAccess> {
  const earlier = await earlierDemo(demoFile(dataDir));
  await ensureDemoStaff(db, demoMerchantId, systemClock.now());
  return {
    merchantId: demoMerchantId,
    apiKey: (await workingKey(db, earlier)) ?? (await newKey(db)),
    login: demoLogin,
    password: await demoPassword(db, demoMerchantId, earlier.password, systemClock.now()),
  };
}

const demoFile = (dataDir: string): string => join(dataDir, 'demo.json');

/** Writes to a file how to reach the demo merchant. */
export async function writeDemoFile(dataDir: string, demo: Demo): Promise<void> {
  const path = demoFile(dataDir);
  try {
    makeFolders(dataDir);
    // The file is written under another name and then renamed, so that no reader sees half of it.
    // Only this user can read it.
    await writeFile(`${path}.new`, `${JSON.stringify(demo, undefined, 2)}\n`, { mode: 0o600 });
    await chmod(`${path}.new`, 0o600);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new Obstacle(
      `${path} cannot be written (${(error as NodeJS.ErrnoException).code}); make DATA_DIR a ` +
        'folder that we may write to, or set DEMO=off',
    );
  }
}

/** Returns the addresses and keys that a newcomer needs, ready to paste. */
export function demoWelcome(
  { baseUrl, consoleUrl, apiKey }: Demo,
  dataDir: string,
  isTerminal: boolean,
): string {
  // Output that does not go to a terminal is stored, for example in the log of a container.
  if (!isTerminal)
    return [
      '',
      `  Console    ${baseUrl}/`,
      `  API        ${baseUrl}/rest/v2`,
      `  Reference  ${baseUrl}/docs`,
      `  The demo key and the log-in are in ${demoFile(dataDir)}`,
      '',
    ].join('\n');
  return [
    '',
    `  Console  ${consoleUrl}`,
    '',
    `  API                    ${baseUrl}/rest/v2`,
    `  Reference              ${baseUrl}/docs`,
    `  Demo key               ${apiKey}`,
    `  The same for programs  ${demoFile(dataDir)}`,
    '',
    '  Try it:',
    '',
    `  curl -H 'X-UltraCart-Api-Version: 2017-03-01' -H 'x-ultracart-simple-key: ${apiKey}' ` +
      `'${baseUrl}/rest/v2/auto_order/auto_orders?_limit=1&_expand=items'`,
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
}

async function earlierDemo(path: string): Promise<Partial<Demo>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<Demo>;
  } catch {
    return {};
  }
}

async function workingKey(db: Database, { apiKey }: Partial<Demo>): Promise<string | undefined> {
  const found = apiKey === undefined ? undefined : await findApiKey(db, hashKey(apiKey));
  const isWorking =
    found?.key.merchantId === demoMerchantId &&
    endOf(found.key, found.isPrevious, systemClock.now) === undefined;
  return isWorking ? apiKey : undefined;
}

async function newKey(db: Database): Promise<string> {
  const user = await findLogin(db, demoMerchantId, demoLogin);
  const details = {
    merchantId: demoMerchantId,
    name: 'demo key',
    permissions: allPermissions,
    allowedIps: [],
    ...(user ? { userId: user.userId } : {}),
  };
  return (await createApiKey(db, randomIds, details, systemClock.now())).key;
}
