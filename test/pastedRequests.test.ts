// Pastes the requests of the documents into a shell, in the order of each page, against a server
// with demo data. None is refused, and each shows the output that the page describes.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { fillMerchant } from '../server/src/cli/demo/fill.ts';
import { demoShippingMethods } from '../server/src/cli/demo/selling.ts';
import { ensureDemoStaff } from '../server/src/cli/demo/staff.ts';
import { randomIds } from '../server/src/kernel/ids.ts';
import { prepareBillingLinks } from '../server/src/payments/billingLinkStore.ts';
import { systemClock } from '../server/src/platform/clock/systemClock.ts';
import { runLoop } from '../server/src/platform/jobs/loop.ts';
import { testApp, testNow } from './support/app.ts';

const root = join(import.meta.dirname, '..');

/** A statement of a page, and a pattern for the output of the lines above it that proves it. */
type Shown = readonly [words: string, output: RegExp];

const pages: Readonly<Record<string, readonly Shown[]>> = {
  'docs/orders.md': [
    ['It is in Accounts Receivable.', /^DEMO-\d+$/m],
    ['Collect what is owed.', /"owed":31,/],
    ['and waits at the center `DFLT`', /"current_stage":"Accounts Receivable"/],
    ['The center takes it', /"successful":true.*\n.*"current_stage":"Shipping Department"/],
    ['One of the two bags is broken', /"current_stage":"Completed Order".*"tracking_numbers"/],
    ['The console shows all of it', /"refundable":true.*\n.*"quantity_refunded":1/],
    ['The queue returns at most 100 orders', /"distribution_center_code":"WEST"/],
    ['The auto order that the order started is canceled', /"current_stage":"Shipping Department"/],
    ['A duplicate is unpaid', /"current_stage":"Accounts Receivable".*\n.*ready to ship/],
    ['The lines of the order show their shares', /"discount":\{[^}]*"value":3\.1\}/],
    ['charges the card of the order', /"successful":true/],
  ],
  'docs/tasks.md': [
    [
      'From then on a card with a hard decline',
      /"auto_order_card_update_issue".*\n[^]*"Call the supplier"/,
    ],
    ['Batch edits, text search', /"file_name": "mail\.txt"/],
  ],
  'docs/mails.md': [
    ['The retry of Accounts Receivable mails', /"merchant_email": "owner@example\.com"/],
    ['The body is plain text', /^we shipped:$/m],
  ],
  // This page is the last one, because it replaces the shipping methods.
  'docs/pricing.md': [
    [
      '`warnings` and `refusals` say',
      /"discount":3\.6,.*"shipping":7\.5,.*"tax":3\.3,.*"total":43\.2,/,
    ],
    ['The order has the rates by level', /^50\.02$/m],
    ['## What changes it', /"subtotal":39,.*"shipping":7\.5,.*"tax":3\.52,.*"total":46\.12\}/],
    ['Both are', /^\[\[78,7\.8,0,5\.8,76\],\[78,7\.8,0,5\.8,76\]\]$/m],
    ['## What was charged', /^42\.6$/m],
    ['## The order of the rules', /^42\.6$/m],
  ],
};

const { folder, address, refused } = await serveDemo();

for (const [page, shown] of Object.entries(pages)) {
  const text = readFileSync(join(root, page), 'utf8');
  const skip = text.includes('| jq') && !hasProgram('jq') && 'jq is not installed on this machine';
  test(`the requests of ${page} show what it says`, { skip }, async () => {
    const blocks = blocksOf(text);
    const outputs = await paste(blocks);
    assert.deepEqual(refused.splice(0), [], outputs.join('\n'));
    for (const [words, output] of shown) {
      const place = text.indexOf(words);
      assert.ok(place > 0, `${page} no longer says "${words}"`);
      const index = blocks.findLastIndex((block) => block.start < place);
      assert.match(outputs[index] ?? '', output, `${page}: "${words}"`);
    }
  });
}

interface Block {
  readonly start: number;
  readonly lines: string;
}

/** Returns the indented lines of a page, without the line that starts the server. */
function blocksOf(text: string): Block[] {
  return [...text.matchAll(/(?:^ {4}.*\n)+/gm)]
    .map(({ 0: lines, index: start }) => ({ start, lines: lines.replaceAll(/^ {4}/gm, '') }))
    .filter(({ lines }) => !lines.includes('npm start'));
}

/** Runs the blocks in one shell in the demo's folder, and returns the output of each. */
async function paste(blocks: readonly Block[]): Promise<string[]> {
  const between = '=== the next block ===';
  const script = blocks
    .map(({ lines }) => lines)
    .join(`\necho '${between}'\n`)
    .replaceAll('/tmp/pricing/', 'data/')
    .replaceAll('http://127.0.0.1:8080', address);
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, PATH },
  });
  assert.equal(stderr, '');
  return stdout.split(between);
}

/**
 * Starts a server with a small demo, which `data/demo.json` describes. It stops at the end of the
 * file.
 */
async function serveDemo() {
  const refused: string[] = [];
  const app = await testApp({ log: pino({ level: 'info' }, { write: noteRefusal }) });
  function noteRefusal(line: string): void {
    const { status, operation } = JSON.parse(line);
    if (status >= 400) refused.push(`${operation}: ${status}`);
  }
  const merchant = await app.addMerchant('DEMO', {
    settings: { shipping_methods: demoShippingMethods },
  });
  await app.db.transaction((tx) =>
    fillMerchant(tx, { merchant, now: testNow, seed: '1', autoOrders: 5, daysMax: 30 }),
  );
  await ensureDemoStaff(app.db, 'DEMO', testNow);
  const address = await app.app.http.listen({ host: '127.0.0.1', port: 0 });
  await prepareBillingLinks(app.db, randomIds, { url: address, origin: 'setting' });
  const loop = runLoop(app.app.workers.find(({ name }) => name === 'clock')!, {
    clock: systemClock,
    idleMs: 50,
    onError: (_, error) => refused.push(String(error)),
  });
  const folder = mkdtempSync(join(tmpdir(), 'perennial-pasted-'));
  mkdirSync(join(folder, 'data'));
  const demo = { baseUrl: address, apiKey: await app.addKey('DEMO') };
  writeFileSync(join(folder, 'data', 'demo.json'), JSON.stringify(demo));
  after(async () => {
    await Promise.all([loop.stop(), app.app.http.close()]);
    rmSync(folder, { recursive: true });
  });
  return { folder, address, refused };
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0;
}
