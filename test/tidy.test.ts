// Checks every source file against the rules of the house, which are in one table. A fault names
// the file, the line and what to do instead.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { test } from 'node:test';
import { functionLinesMax, measure, summary } from './tidy/figures.ts';
import {
  contractValues,
  cycles,
  foreignTables,
  homonyms,
  impurities,
  networkInParts,
  poorFiles,
  type Reserved,
  type Room,
  undocumented,
  unownedTables,
  wrongImports,
  wrongWords,
} from './tidy/rules.ts';
import { parseSource, readSources, readTests } from './tidy/sources.ts';
import {
  type AllowedWords,
  doubtfulWords,
  houseWords,
  paragraphsOf,
  proseOf,
  readDocuments,
} from './tidy/words.ts';

const root = new URL('..', import.meta.url).pathname;
const features = [
  'merchants',
  'autoOrders',
  'rebill',
  'books',
  'payments',
  'orders',
  'items',
  'coupons',
  'customers',
  'staff',
  'oauth',
  'webhooks',
  'workflow',
  'notifications',
  'sandbox',
  'privacy',
  'screens',
] as const;
type Feature = (typeof features)[number];

/**
 * Which features a feature may import. Every arrow of a chain is written out: rebill → autoOrders →
 * orders → items, customers.
 */
const featureArrows: Readonly<Partial<Record<Feature, readonly Feature[]>>> = {
  books: ['rebill', 'autoOrders', 'orders', 'payments', 'items', 'coupons', 'customers'],
  oauth: ['staff', 'notifications'],
  // The feature sends users mails about their accounts.
  staff: ['notifications'],
  rebill: ['autoOrders', 'orders', 'payments', 'items', 'coupons', 'customers'],
  autoOrders: ['orders', 'items', 'customers'],
  orders: ['items', 'coupons', 'customers'],
  workflow: ['staff'],
  // The feature lists and searches everything: it reads the tables of all features and changes
  // none.
  screens: [
    'books',
    'rebill',
    'autoOrders',
    'orders',
    'payments',
    'items',
    'coupons',
    'customers',
    'workflow',
    'webhooks',
    'notifications',
    'staff',
  ],
};

const below = {
  kernel: [],
  platform: ['kernel', 'contract'],
  feature: ['platform', 'kernel', 'contract'],
};

/**
 * Which rooms a room may import: main, cli → app → features → platform → kernel. `contract`
 * contains what crosses the wire, and imports nothing of ours.
 */
const rooms: Readonly<Record<string, Room>> = {
  contract: { files: ['contract/src/**'], mayImport: [] },
  kernel: { files: ['server/src/kernel/**'], mayImport: below.kernel },
  platform: { files: ['server/src/platform/**'], mayImport: below.platform },
  ...Object.fromEntries(
    features.map((name) => [
      name,
      {
        files: [`server/src/${name}/**`],
        mayImport: [...(featureArrows[name] ?? []), ...below.feature],
      },
    ]),
  ),
  config: {
    files: ['server/src/config.ts', 'server/src/strict.ts'],
    mayImport: ['platform', 'kernel'],
  },
  app: {
    files: ['server/src/app/**'],
    mayImport: [...features, ...below.feature],
  },
  'main and cli': {
    files: ['server/src/main.mjs', 'server/src/cli/**'],
    mayImport: ['app', 'config', ...features, ...below.feature],
  },
  sdk: { files: ['sdk/**'], mayImport: ['contract'] },
  // The console imports only types from the contract, because its schemas are too large for a
  // browser.
  web: { files: ['web/**'], mayImport: ['contract'] },
  // The benches and the scripts are outside the server and may import all of it.
  bench: {
    files: ['bench/**'],
    mayImport: [
      'contract',
      'kernel',
      'platform',
      ...features,
      'config',
      'app',
      'main and cli',
      'sdk',
      'scripts',
      'test',
    ],
  },
  scripts: {
    files: ['scripts/**'],
    mayImport: [
      'contract',
      'kernel',
      'platform',
      ...features,
      'config',
      'app',
      'main and cli',
      'sdk',
      'test',
    ],
  },
  test: { files: ['test/**'], mayImport: [] },
};

const inside = ['contract/**', 'server/**'];
const outside = [
  'server/src/payments/simulatorProcess.ts',
  'sdk/**',
  'bench/**',
  'scripts/**',
  'web/**',
];

/**
 * Clocks, ids and settings are read in three rooms only, so that all other code can be given
 * different ones.
 */
const reserved: readonly Reserved[] = [
  {
    what: 'time is read from the clock that is handed in',
    pattern:
      /\bDate\.now\b|\bnew Date\b|\bTemporal\.Now\b|\bperformance\.now\b|\bprocess\.hrtime\b/,
    where: ['server/src/platform/clock/**', 'server/src/cli/**', ...outside],
  },
  // The deadline of a call to another server (AbortSignal.timeout) is allowed: no decision depends
  // on it.
  {
    what: "timers are the clock's",
    pattern: /\bset(Timeout|Interval|Immediate)\(/,
    where: ['server/src/platform/clock/**', 'server/src/cli/**', ...outside],
  },
  {
    what: 'randomness and ids come from the factory that is handed in',
    pattern: /\bMath\.random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/,
    where: ['server/src/kernel/ids.ts', 'server/src/platform/seal.ts', ...outside],
  },
  {
    what: 'settings are read once, in config.ts',
    pattern: /\bprocess\.env\b/,
    where: ['server/src/config.ts', 'server/src/cli/**', ...outside],
  },
  {
    what: 'nothing is printed but by the command line and the log',
    pattern: /\bconsole\.\w+/,
    where: ['server/src/cli/**', ...outside],
  },
  {
    what: "folders are made by makeFolders, which ends where Node's own does not",
    pattern: /\bmkdir(Sync)?\b/,
    where: ['server/src/platform/makeFolders.ts', ...outside],
  },
];

const named = (...endings: readonly string[]): string[] =>
  endings.map((ending) => `server/src/*/${ending}.ts`);

/**
 * The files of a feature by their role, as ARCHITECTURE.md lists them, and the code that only they
 * may contain.
 */
const roles: readonly Reserved[] = [
  {
    what: 'statements run in stores and readers; move this to …Store.ts or …Reader.ts',
    pattern: /\b(db|tx)\.(rows?|run)\b/,
    where: named('store', '*Store', '*Reader'),
  },
  {
    what: 'background work is in …Worker.ts',
    pattern: /\brunOnce(:| ?\()/,
    // This file also wakes its sockets and is their listener.
    where: [...named('*Worker'), 'server/src/workflow/liveSockets.ts'],
  },
  {
    what: 'listeners are in …Listener.ts',
    pattern: /: EventListener\b/,
    where: [...named('*Listener'), 'server/src/workflow/liveSockets.ts'],
  },
  {
    what: 'operations of the contract are joined to functions in routes.ts or …Routes.ts',
    pattern: /\bsatisfies Routes\b|: Routes\b/,
    where: named('routes', '*Routes'),
  },
];

/** The endings of files that may wait: they load, save, send or serve. */
const waitingRoles = [
  'store,*Store,*Reader,operations,*Operations,*Worker,*Listener',
  'routes,*Routes,pages,*Page,*Input',
].flatMap((list) => named(...list.split(',')));

/**
 * Files that are named by a bare noun and may wait: gateways, caches, connections and the
 * process-wide state around them. Every other file with such a name is a rule or a small pure part.
 */
const waitingParts: Readonly<Partial<Record<Feature, string>>> = {
  rebill: 'orderIds,rebillClockWork',
  payments:
    'cardTester,gateways,orderCharge,orderRefund,payments,remoteSimulator,restored,' +
    'simulator,simulatorLedger,simulatorServer,stripe,stripeCardForm,stripeHolds,stripeHttp,stripeIntents,' +
    'stripeLedger,stripeReport,stripeWebhook',
  orders: 'hooks',
  staff: 'authenticate,authenticateSession,logIn,password,sessionEndpoints',
  oauth: 'applicationAccess,bearerTokens,endpoints',
  webhooks: 'attempt,deliveryLane,leases,openSender,send,sqs',
  workflow: 'liveDoor,liveRoom,liveSockets,people',
};
const waitingFiles = [
  ...waitingRoles,
  ...Object.entries(waitingParts).flatMap(([name, list]) =>
    list.split(',').map((file) => `server/src/${name}/${file}.ts`),
  ),
];

/**
 * The rule files of each feature: they receive data and the moment, and return data. They import
 * the kernel, the contract and one another, so a rule file that needs a new one adds it to this
 * list. The whole contract is pure, and the kernel except its id factory.
 */
const rules: Readonly<Partial<Record<Feature, string>>> = {
  autoOrders:
    'autoOrder,billed,calculated,cancelFee,cancelItem,cardValidity,changeWords,chargedBy,columns,edit,' +
    'editItem,facets,fieldReader,formAge,futureRebills,' +
    'futureSchedules,merging,mergeFault,newItem,opening,pacing,parking,present,pricing,' +
    'optionPrices,purchaseLimit,rules,schedule,scheduleGaps,search,skips,staleAddOns,' +
    'staleForm,staleItem,staleMerge,staleSieve,staleTop,' +
    'starts,startSchedule,steps,stepWalk,stops',
  coupons: 'autoApply,coupon,discount,kinds,validation,wireCoupon',
  customers: 'customerPolicy,present,storeCredit,verificationPace',
  merchants: 'settings,shippingMethods',
  items:
    'catalogItem,item,kit,present,price,quantityLimit,review,stock,tier,tierLimit,tierPrice,' +
    'validation',
  notifications: 'copies,letter,letterValues,mailText,merchantEntry,render,sampleMail,template',
  orders:
    'adjustedTotal,capture,cardFacts,cardPolicy,cardTestAmount,estimate,' +
    'change,charge,copy,coupon,couponUse,customerOrders,customerTerms,dispute,facets,' +
    'failedRefund,fault,freeLine,fulfillment,loweredTax,' +
    'gatewayRefund,money,newOrder,newOrderCheck,newOrderDocument,newOrderLine,newOrderPrice,' +
    'newOrderRequest,notes,occasion,onceItem,optionWeight,order,' +
    'parcel,payment,paymentAttempt,paymentDetails,present,purchaseRule,receivableRetry,refund,' +
    'refunded,refundedOrder,refundedTax,refundReason,sheet,sheetHtml,sheetPdf,sheetText,shipping,' +
    'stages,states,taxPlace,taxRate,taxTerms,storeCredit,totals,validation,weight,newOrderShipping,shippingMethod',
  payments: 'gateway,gatewayReport,refusal,rotation,simulatorCards,stripeDeclines',
  books:
    'audit,auditCredit,auditFinding,duePreview,auditCaptures,present,preview,previewDates,explanations',
  rebill:
    'attempt,codec,dunning,endings,explanation,held,keptOrder,keptPlan,movedFrom,note,orderDocument,' +
    'originalCoupons,originalTerms,payment,plan,policy,rebillOrder,request,settlement,soldOut',
  screens:
    'anythingSql,autoOrderMatches,autoOrderRow,customerMatches,itemMatches,keyset,matches,' +
    'orderMatches,rows,statistics,timeline',
  sandbox: 'advanceDay,move,span',
  oauth: 'application,authorization,consentPage,grantLife,metadata',
  staff: 'access,apiKey,credential,passwordRule,session',
  webhooks: 'body,destination,eventRuler,forming,owner,present,retry,signing,webhook',
};
const ruleFiles = Object.entries(rules).flatMap(([name, list]) =>
  list.split(',').map((file) => `server/src/${name}/${file}.ts`),
);
const isPure = (path: string): boolean =>
  ruleFiles.includes(path) ||
  (path.startsWith('server/src/kernel/') && path !== 'server/src/kernel/ids.ts') ||
  path.startsWith('contract/src/');
const purePackages = [
  'temporal-polyfill',
  'ipaddr.js',
  'node:crypto',
  'node:util',
  'node:zlib',
  'typebox',
];

/**
 * The one owner of each table: only its `store.ts` or `…Store.ts` writes the table. A projection
 * may read the tables of every feature that it may import.
 */
const owners: Readonly<Record<string, string>> = {
  merchant: 'server/src/platform/tenancy',
  api_key: 'server/src/staff',
  app_user: 'server/src/staff',
  user_group: 'server/src/staff',
  group_membership: 'server/src/staff',
  user_login: 'server/src/staff',
  user_session: 'server/src/staff',
  user_second_factor: 'server/src/staff',
  user_recovery_code: 'server/src/staff',
  user_preferences: 'server/src/staff',
  login_attempt: 'server/src/staff',
  counter: 'server/src/platform/storage',
  readiness: 'server/src/platform/storage',
  installation: 'server/src/platform',
  continuity: 'server/src/platform',
  event: 'server/src/platform/events',
  item: 'server/src/items',
  coupon: 'server/src/coupons',
  coupon_code: 'server/src/coupons',
  coupon_use: 'server/src/coupons',
  item_review: 'server/src/items',
  stock_adjustment: 'server/src/items',
  digital_item: 'server/src/items',
  pricing_tier: 'server/src/items',
  customer: 'server/src/customers',
  customer_adoption: 'server/src/customers',
  store_credit: 'server/src/customers',
  store_credit_use: 'server/src/customers',
  wish_list_item: 'server/src/customers',
  verification_mail: 'server/src/customers',
  email_list: 'server/src/customers',
  email_list_member: 'server/src/customers',
  orders: 'server/src/orders',
  card_test: 'server/src/orders',
  order_refund: 'server/src/orders',
  other_refund: 'server/src/orders',
  once_claim: 'server/src/orders',
  distribution_center: 'server/src/orders',
  waiting_shipment: 'server/src/orders',
  refund_block: 'server/src/orders',
  order_payment_attempt: 'server/src/orders',
  receivable_retry: 'server/src/orders',
  receivable_retry_config: 'server/src/orders',
  chargeback_dispute: 'server/src/orders',
  tax_rate: 'server/src/orders',
  gateway_report: 'server/src/payments',
  mail_template: 'server/src/notifications',
  auto_order: 'server/src/autoOrders',
  opening_balance: 'server/src/autoOrders',
  auto_order_item: 'server/src/autoOrders',
  auto_order_log: 'server/src/autoOrders',
  auto_order_search: 'server/src/autoOrders',
  auto_order_search_value: 'server/src/autoOrders',
  auto_order_update_job: 'server/src/autoOrders',
  auto_order_recalculation: 'server/src/autoOrders',
  rebill: 'server/src/rebill',
  parked_auto_order: 'server/src/rebill',
  card_expiry_notice: 'server/src/rebill',
  held_auto_order: 'server/src/rebill',
  gateway_inactive: 'server/src/payments',
  billing_link_key: 'server/src/payments',
  order_charge: 'server/src/payments',
  restored_charge: 'server/src/payments',
  notice: 'server/src/notifications',
  mail_removal: 'server/src/notifications',
  mention_search: 'server/src/privacy',
  webhook: 'server/src/webhooks',
  webhook_subscription: 'server/src/webhooks',
  webhook_secret: 'server/src/webhooks',
  webhook_event: 'server/src/webhooks',
  webhook_held: 'server/src/webhooks',
  webhook_delivery: 'server/src/webhooks',
  webhook_log: 'server/src/webhooks',
  webhook_reflow: 'server/src/webhooks',
  oauth_application: 'server/src/oauth',
  oauth_grant: 'server/src/oauth',
  oauth_ticket: 'server/src/oauth',
  oauth_code: 'server/src/oauth',
  oauth_token: 'server/src/oauth',
  oauth_device: 'server/src/oauth',
  workflow_number: 'server/src/workflow',
  workflow_task: 'server/src/workflow',
  workflow_history: 'server/src/workflow',
  workflow_file: 'server/src/workflow',
  saved_search: 'server/src/workflow',
  token_key: 'server/src/platform',
  rate_bucket: 'server/src/platform/http',
  idempotent_request: 'server/src/platform/http',
  clock_advance: 'server/src/sandbox',
  clock_advance_day: 'server/src/sandbox',
  statistic_day: 'server/src/screens',
  statistic_place: 'server/src/screens',
  audit: 'server/src/books',
  audit_entry: 'server/src/platform/auditLog',
  audit_head: 'server/src/platform/auditLog',
};

/**
 * Files that may be long: catalogues of short, similar things, and the generated calls of the
 * console.
 */
const catalogues = ['contract/src/*.ts', 'web/src/api/calls.ts'];
const linesMax = 600;

/** Names of a thing that two files of the server describe, each with the fields that it needs. */
const sameInBoth: readonly string[] = ['TermsProfile', 'WaitingPayment'];

/** Texts that may contain a word of the list of house words. */
const allowedWords: readonly AllowedWords[] = [
  { files: ['test/tidy/words.ts', 'test/tidy.test.ts'], because: 'the list and its samples' },
  {
    files: ['server/src/platform/storage/embeddedAccount.ts'],
    text: 'nobody',
    because: 'an account of the operating system',
  },
];

const sources = readSources(root);
const tests = readTests(root);
const server = sources.filter(({ path }) => path.startsWith('server/src/'));

const web = sources.filter(({ path }) => path.startsWith('web/src/'));
const components = web.filter(({ path }) => path.endsWith('.tsx'));
const componentLinesMax = 250;
const featureFiles = server.filter(({ path }) =>
  features.some((name) => path.startsWith(`server/src/${name}/`)),
);
const bareNouns: Reserved = {
  what: 'waits, so name the file …Operations.ts, …Worker.ts or …Listener.ts, or list it as a part',
  pattern: /\basync\b|\bawait\b/,
  where: waitingFiles,
};
const rawMessages: Reserved = {
  what: 'shows a sentence of the server with days as the API writes them: use Refusal or Sentence',
  pattern: /(?<![=$])\{[\w.]+\.message\}/,
  where: [],
};
const rawStates: Reserved = {
  what: 'writes the state of an auto order in words of its own: use stateWords',
  pattern: /sentenceCase\([\w.]*\b(autoOrder|row)\.state\b/,
  where: [],
};
/** A list without this frame would lack views, columns, the jump or the export. */
const bareLists: Reserved = {
  what: 'shows a List without the frame of all lists: use ListPage',
  pattern: /import \{ List\b/,
  // The inbox has three panes instead: views, rows and the open task.
  where: ['web/src/kit/listPage.tsx', 'web/src/tasks/Rows.tsx'],
};
const isWaiting = (path: string): boolean =>
  featureFiles.some((file) => file.path === path && bareNouns.pattern.test(file.code));

const table: [promise: string, faults: () => string[]][] = [
  ['imports run one way', () => wrongImports(sources, rooms)],
  ['no files import one another in a circle', () => cycles(sources)],
  [
    'hidden inputs stay in their rooms',
    () =>
      wrongWords(
        sources.filter(({ path }) => matchesAny(path, [...inside, ...outside])),
        reserved,
      ),
  ],
  ['the name of a file says its role', () => wrongWords(featureFiles, roles)],
  [
    'bare nouns do not wait, unless they are listed as parts',
    () => wrongWords(featureFiles, [bareNouns]),
  ],
  [
    'every part that is listed is there, and waits',
    () => waitingFiles.filter((path) => !path.includes('*') && !isWaiting(path)),
  ],
  ['rule files are pure', () => impurities(sources, isPure, purePackages)],
  [
    'every rule file that is listed is there',
    () => ruleFiles.filter((path) => !sources.some((source) => source.path === path)),
  ],
  [
    'a table is written by its owner alone, and read where its owner may be imported',
    () => foreignTables(server, owners, mayRead),
  ],
  ['the console imports only types of the contract', () => contractValues(web)],
  ['parts of the console know no network', () => networkInParts(web)],
  ['refusals are shown with days for people', () => wrongWords(components, [rawMessages])],
  ['states of auto orders have one home', () => wrongWords(components, [rawStates])],
  ['lists of the console have one frame', () => wrongWords(components, [bareLists])],
  ['components of the console are short', () => poorFiles(components, componentLinesMax, [])],
  ['every table has an owner', () => unownedTables(createdTables(), owners)],
  [
    'files have telling names, hold something, and can be read at a sitting',
    () => poorFiles(sources, linesMax, catalogues),
  ],
  [
    'comments, texts and documents use the usual words',
    () =>
      doubtfulWords(
        [...[...sources, ...tests].map(proseOf), ...readDocuments(root)],
        houseWords,
        allowedWords,
      ),
  ],
  [
    'every export outside the console has a doc comment',
    () => undocumented(sources.filter(({ path }) => !path.startsWith('web/'))),
  ],
  ['a name that the server exports has one meaning', () => homonyms(server, sameInBoth)],
];

for (const [promise, faults] of table) {
  test(promise, () => {
    const found = faults();
    assert.ok(found.length === 0, `${found.length} faults:\n${found.join('\n')}`);
  });
}

test('lines and functions are short, and nothing is any', (t) => {
  const ours = measure(sources);
  const theirs = measure(tests);
  t.diagnostic(summary('sources', ours));
  t.diagnostic(summary('tests', theirs));
  assert.deepEqual([...ours.anys, ...theirs.anys], []);
  assert.ok(ours.functionP90 <= 25, `p90 of functions is ${ours.functionP90} lines`);
  for (const { over100Percent } of [ours, theirs])
    assert.ok(
      over100Percent < 2,
      `${over100Percent.toFixed(2)} % of the lines are over 100 columns`,
    );
  const over120 = [...ours.over120, ...theirs.over120];
  assert.deepEqual(over120, [], 'lines over 120 columns');
  const long = [...ours.longFunctions, ...theirs.longFunctions];
  assert.deepEqual(long, [], `functions over ${functionLinesMax} lines`);
});

test('the rules see what they forbid', () => {
  const source = parseSource(
    'server/src/orders/stages.ts',
    `import { a } from '../rebill/a.ts';
// new Date() in a comment, and 'Date.now()' in a text, are no faults
const text = 'new Date()';
export const late = async () => new Date();
const write = \`update item
  set x = 1\`;
const read = 'select * from auto_order';
const words = 'There is no such thing; take it from item 3';
`,
  );
  assert.deepEqual(wrongImports([source], rooms).map(place), ['server/src/orders/stages.ts:1']);
  assert.deepEqual(wrongWords([source], reserved).map(place), ['server/src/orders/stages.ts:4']);
  assert.deepEqual(wrongWords([source], [bareNouns]).map(place), ['server/src/orders/stages.ts:4']);
  const misplaced = parseSource(
    'server/src/orders/settling.ts',
    `const found = db.rows(text);
const worker = { runOnce: work };
const listener: EventListener = work;
const routes = {} satisfies Routes;
`,
  );
  assert.equal(wrongWords([misplaced], roles).length, 4);
  assert.deepEqual(impurities([source], isPure, purePackages).map(place), [
    'server/src/orders/stages.ts:4',
    'server/src/orders/stages.ts:1',
  ]);
  assert.deepEqual(foreignTables([source], owners, mayRead).map(place), [
    'server/src/orders/stages.ts:5',
    'server/src/orders/stages.ts:7',
  ]);
  assert.deepEqual(undocumented([source]).map(place), ['server/src/orders/stages.ts:4']);
  const twice = ['orders/a', 'rebill/a', 'orders/store', 'orders/operations'].map((name) =>
    parseSource(`server/src/${name}.ts`, `export const pay${name.length > 8 ? 'Now' : ''} = 1;\n`),
  );
  assert.deepEqual(homonyms(twice, []).map(place), ['server/src/orders/a.ts:1']);
  assert.deepEqual(homonyms(twice, ['pay']), []);
  const circle = ['a', 'b'].map((name, i, names) =>
    parseSource(`server/src/kernel/${name}.ts`, `import './${names[1 - i]}.ts';\n`),
  );
  assert.equal(cycles(circle).length, 1);
  assert.equal(
    poorFiles([parseSource('sdk/utils.ts', `export * from './a.ts';\n`)], linesMax, []).length,
    2,
  );
});

test('the rule of the usual words sees each of them, in comments, texts and documents', () => {
  const plain: readonly AllowedWords[] = [];
  const hits = (path: string, pieces: ReturnType<typeof paragraphsOf>) =>
    doubtfulWords([{ path, pieces }], houseWords, plain).length;
  for (const { sample, pattern } of houseWords) {
    assert.equal(hits('README.md', paragraphsOf(`# Title\n\n${sample}\n`)), 1, `${pattern}`);
    const [first, ...rest] = sample.split(' ');
    const comment = `// ${first}\n// ${rest.join('\n// ')}\nconst a = 1;\n`;
    assert.equal(
      hits('sdk/a.ts', [...proseOf(parseSource('sdk/a.ts', comment)).pieces]),
      1,
      comment,
    );
    const text = `throw new Error(${JSON.stringify(sample)});\n`;
    assert.equal(hits('sdk/a.ts', [...proseOf(parseSource('sdk/a.ts', text)).pieces]), 1, text);
  }
  for (const right of [
    'There is no such order, and it is no longer due.',
    'While the gateway has not answered, its answer is unknown.',
    'A letter stands for one digit, and `beside` is a name.',
  ])
    assert.equal(hits('README.md', paragraphsOf(right)), 0, right);
});

function mayRead(path: string, owner: string): boolean {
  const reader = features.find((name) => path.startsWith(`server/src/${name}/`));
  const read = features.find((name) => owner === `server/src/${name}`);
  // An insert of any row begins with the merchant's row. Texts of statements that two features
  // share are in the kernel.
  if (owner === owners['merchant'] && path.startsWith('server/src/platform/')) return true;
  if (/^server\/src\/kernel\/\w+Text\.ts$/.test(path)) return true;
  if (reader === undefined) return false;
  return read === undefined || read === reader || (featureArrows[reader] ?? []).includes(read);
}

function createdTables(): string[] {
  const files = globSync('server/src/platform/storage/migrations/*.sql', { cwd: root });
  return files.flatMap((file) =>
    [
      ...readFileSync(`${root}${file}`, 'utf8').matchAll(
        /^create (?:unlogged )?table (?:if not exists )?(\w+)/gm,
      ),
    ].map((match) => match[1]!),
  );
}

function matchesAny(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(path, glob));
}

const place = (fault: string): string => fault.split(':').slice(0, 2).join(':');
