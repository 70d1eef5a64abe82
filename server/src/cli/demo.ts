import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../app.ts';
import { randomIds } from '../kernel/ids.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { insertMerchant } from '../platform/tenancy/merchantStore.ts';
import { allPermissions, hashKey } from '../staff/apiKey.ts';
import { createApiKey } from '../staff/apiKeyOperations.ts';
import { findApiKey } from '../staff/apiKeyStore.ts';

/** How to reach the demo merchant, as it stands in `DATA_DIR/demo.json` for programs. */
export interface Demo {
  readonly baseUrl: string;
  readonly merchantId: string;
  readonly apiKey: string;
}

export const demoMerchantId = 'DEMO';

/** Makes the demo merchant if there is none, with whatever `fill` puts into it. */
export async function ensureDemoMerchant(app: App, db: Database, fill: () => Promise<void>): Promise<void> {
  const now = systemClock.now();
  const isNew = await insertMerchant(db, {
    merchantId: demoMerchantId, name: 'Perennial Demo', timeZone: 'America/New_York', currency: 'USD', settings: {}, clock: { kind: 'running', at: now, setAt: now },
  }, now);
  app.merchants.forget(demoMerchantId);
  if (isNew) await fill();
}

/** Writes how the demo merchant is reached; the key of an earlier start is kept while it works. */
export async function writeDemoFile(db: Database, dataDir: string, baseUrl: string): Promise<Demo> {
  const path = join(dataDir, 'demo.json');
  const demo = { baseUrl, merchantId: demoMerchantId, apiKey: (await workingKey(db, path)) ?? (await newKey(db)) };
  await mkdir(dataDir, { recursive: true });
  // Beside and then into its place: nobody reads half a file, and nobody else reads it at all.
  await writeFile(`${path}.new`, `${JSON.stringify(demo, undefined, 2)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
  return demo;
}

/** What a newcomer needs, ready to paste. */
export function demoWelcome({ baseUrl, apiKey }: Demo, dataDir: string): string {
  return [
    '',
    `  Perennial answers at   ${baseUrl}/rest/v2`,
    `  Reference              ${baseUrl}/docs`,
    `  Demo key               ${apiKey}`,
    `  The same for programs  ${join(dataDir, 'demo.json')}`,
    '',
    '  Try it:',
    '',
    `  curl -H 'X-UltraCart-Api-Version: 2017-03-01' -H 'x-ultracart-simple-key: ${apiKey}' '${baseUrl}/rest/v2/auto_order/auto_orders?_limit=1&_expand=items'`,
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
}

async function workingKey(db: Database, path: string): Promise<string | undefined> {
  try {
    const { apiKey } = JSON.parse(await readFile(path, 'utf8')) as Partial<Demo>;
    const stored = apiKey === undefined ? undefined : await findApiKey(db, hashKey(apiKey));
    return stored && stored.merchantId === demoMerchantId && !stored.revokedAt ? apiKey : undefined;
  } catch {
    return undefined;
  }
}

async function newKey(db: Database): Promise<string> {
  const details = { merchantId: demoMerchantId, name: 'demo key', permissions: allPermissions, allowedIps: [] };
  return (await createApiKey(db, randomIds, details, systemClock.now())).key;
}
