import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import type { S3Settings } from './platform/files/s3Files.ts';
import { withSecretFiles } from './platform/secretFiles.ts';
import type { Connection } from './platform/storage/connection.ts';
import { defaultQuotas, type Quotas, quotaWords } from './platform/tenancy/quotas.ts';

/** Everything the environment decides, read once at the start. */
export interface Config {
  readonly host: string;
  /** 0 picks any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** Absent: the embedded PostgreSQL in `dataDir`. */
  readonly database?: Connection | undefined;
  readonly prepareStatements: boolean;
  readonly maxConnections: number;
  readonly demo: boolean;
  readonly logLevel: LogLevel;
  readonly rate: RateConfig;
  readonly bodyLimitBytes: number;
  /** Proxies whose X-Forwarded-For is believed: addresses or CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly role: Role;
  /**
   * Where customers reach this server: the start of the links in mails. Absent: the address it
   * listens on.
   */
  readonly publicUrl?: string | undefined;
  /** The address of a gateway simulator in a separate process. */
  readonly gatewayUrl?: string | undefined;
  readonly stripe?: StripeConfig | undefined;
  /** False: nothing is charged, everything else runs. */
  readonly charging: boolean;
  /** The simulator charges merchants whose clock is real. */
  readonly simulator: boolean;
  /** Webhooks of merchants with a test clock may lead to this machine. */
  readonly loopbackWebhooks: boolean;
  /** Absent: mails are written into `dataDir`. */
  readonly smtpUrl?: string | undefined;
  /** The sender of mails whose merchant names none. */
  readonly mailFrom: string;
  /** The bucket of attachments. Absent: a folder in `dataDir`. */
  readonly s3?: S3Settings | undefined;
  /** What secrets in the database are sealed with; absent: a file in `dataDir`. */
  readonly sealKey?: string | undefined;
  /** The key before `sealKey`, while secrets are sealed again. */
  readonly sealKeyBefore?: string | undefined;
  /** What a reader of `/metrics` must send. Absent: anyone may read them. */
  readonly metricsToken?: string | undefined;
  /** How much a merchant may have. */
  readonly quotas: Quotas;
}

/** The keys of Stripe. */
export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecret?: string | undefined;
  readonly publishableKey?: string | undefined;
}

/** The rate limits. */
export interface RateConfig {
  /** Requests per application and per address, leaking evenly. 0 means no limit. */
  readonly perHour: number;
  readonly perDay: number;
}

/** The two windows as the limiter takes them. */
export const rateLimits = ({ perHour, perDay }: RateConfig) => [
  { limit: perHour, seconds: 3600 },
  { limit: perDay, seconds: 86_400 },
];

/** The keys that secrets in the database are sealed with. */
export const sealSettings = ({ dataDir, sealKey, sealKeyBefore }: Config) => ({
  dataDir,
  key: sealKey,
  before: sealKeyBefore,
});

/**
 * What one session may ask for: 200 requests at once, 20 a second for long. A page of a person never
 * comes near it.
 */
export const sessionRateLimits = [{ limit: 200, seconds: 10 }];

/** What the log contains, from everything to nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
/** The least important messages that are logged. */
export type LogLevel = (typeof logLevels)[number];

/** The parts of the work that a process may do. */
export const roles = ['all', 'api', 'worker'] as const;
/** What this process does: handle requests, do the background work, or both. */
export type Role = (typeof roles)[number];

const quotaKinds = Object.keys(quotaWords) as readonly (keyof Quotas)[];

/** The settings, for `--help` and for the documentation: name, default, meaning. */
export const settings = [
  ['HOST', '127.0.0.1', 'address to listen on'],
  ['PORT', '8080', 'port to listen on; 0 picks any free one'],
  ['DATA_DIR', './data', 'folder of the embedded PostgreSQL, files and mail'],
  ['DATABASE_URL', '', 'a PostgreSQL 15 or newer to use instead of the embedded one'],
  ['PREPARED_STATEMENTS', 'on', 'off for connection poolers that cannot keep prepared statements'],
  ['MAX_CONNECTIONS', '8 a core, at least 16', 'connections to PostgreSQL this process may open'],
  ['DEMO', 'on; off with DATABASE_URL', 'create a demo merchant with demo data the first time'],
  ['LOG_LEVEL', 'info', logLevels.join(', ')],
  [
    'RATE_LIMIT_PER_HOUR',
    '1000; 0 with DEMO',
    'requests an hour per application and per address; 0 means no limit',
  ],
  [
    'RATE_LIMIT_PER_DAY',
    '10000; 0 with DEMO',
    'requests a day per application and per address; 0 means no limit',
  ],
  ['BODY_LIMIT_BYTES', '1000000', 'largest request body'],
  ['TRUSTED_PROXIES', '', 'comma list of proxy addresses whose X-Forwarded-For is believed'],
  ['ROLE', 'all', 'api, worker or all; also serve --role'],
  [
    'PUBLIC_URL',
    'http://HOST:PORT',
    'where customers reach this server: the start of the links in mails',
  ],
  [
    'GATEWAY_URL',
    '',
    'a simulator in a separate process (npm run gateway) instead of the one inside',
  ],
  [
    'CHARGING',
    'on',
    'off charges nothing and runs everything else; what is due waits until it is on again',
  ],
  [
    'SIMULATOR',
    'off',
    'on lets the simulator charge merchants with a real clock; those with a test clock it always charges',
  ],
  [
    'LOOPBACK_WEBHOOKS',
    'on with DEMO; else off',
    'on lets webhooks of merchants with a test clock lead to this machine, where their settings say so',
  ],
  ['STRIPE_SECRET_KEY', '', 'charges merchants with a real clock through Stripe'],
  [
    'STRIPE_PUBLISHABLE_KEY',
    '',
    'lets customers enter cards in the form of Stripe on the card page',
  ],
  ['STRIPE_WEBHOOK_SECRET', '', 'of the endpoint /perennial/v1/gateways/stripe/webhook'],
  [
    'SECRET_KEY',
    'a file in DATA_DIR',
    'seals secrets in the database; 32 characters or more, the same for every process',
  ],
  [
    'SECRET_KEY_BEFORE',
    '',
    'the key before SECRET_KEY, for secrets that were not sealed again yet',
  ],
  ...quotaKinds.map(
    (kind) =>
      [
        quotaWords[kind].setting,
        String(defaultQuotas[kind]),
        `the most ${quotaWords[kind].what} of a ${kind === 'devices' ? 'single application' : 'merchant'}`,
      ] as const,
  ),
  ['METRICS_TOKEN', '', 'a bearer token that readers of /metrics must send; 16 characters or more'],
  [
    'SMTP_URL',
    '',
    'sends mails, for example smtp://user:password@mail.example.com:587; else they are written to DATA_DIR/mail',
  ],
  ['S3_BUCKET', '', 'keeps attachments there instead of in DATA_DIR/files'],
  ['S3_REGION', 'us-east-1', 'of the bucket'],
  [
    'S3_ENDPOINT',
    '',
    'where the bucket is when it is not at Amazon, for example https://s3.example.com',
  ],
  [
    'S3_ACCESS_KEY_ID',
    '',
    "with S3_SECRET_ACCESS_KEY; absent: the machine's own, as Amazon's SDK finds it",
  ],
  ['S3_SECRET_ACCESS_KEY', '', 'the secret of that key'],
  ['MAIL_FROM', 'orders@localhost', 'the sender of mails whose merchant names none'],
] as const;

/** All faults of the environment at once, each naming its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the settings cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** Reads the environment into one frozen value; throws {@link ConfigError} with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const secrets = withSecretFiles(env);
  const read = new Reader(secrets.env, secrets.faults);
  const databaseUrl = read.text('DATABASE_URL', '');
  const demo = read.flag('DEMO', databaseUrl === '');
  const config: Config = {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', 8080, 0, 65_535),
    dataDir: resolve(read.text('DATA_DIR', './data')),
    ...(databaseUrl === ''
      ? {}
      : { database: { url: read.postgresUrl('DATABASE_URL', databaseUrl) } }),
    prepareStatements: read.flag('PREPARED_STATEMENTS', true),
    maxConnections: read.integer(
      'MAX_CONNECTIONS',
      Math.max(16, 8 * availableParallelism()),
      2,
      1000,
    ),
    demo,
    logLevel: read.oneOf('LOG_LEVEL', logLevels, 'info'),
    rate: {
      perHour: read.integer('RATE_LIMIT_PER_HOUR', demo ? 0 : 1000, 0, 1_000_000_000),
      perDay: read.integer('RATE_LIMIT_PER_DAY', demo ? 0 : 10_000, 0, 1_000_000_000),
    },
    bodyLimitBytes: read.integer('BODY_LIMIT_BYTES', 1_000_000, 1_000, 100_000_000),
    trustedProxies: read.addresses('TRUSTED_PROXIES'),
    role: read.oneOf('ROLE', roles, 'all'),
    publicUrl: read.url('PUBLIC_URL', ['http', 'https']),
    gatewayUrl: read.url('GATEWAY_URL', ['http', 'https']),
    charging: read.flag('CHARGING', true),
    simulator: read.flag('SIMULATOR', false),
    loopbackWebhooks: read.flag('LOOPBACK_WEBHOOKS', demo),
    stripe: read.stripe(),
    smtpUrl: read.url('SMTP_URL', ['smtp', 'smtps']),
    mailFrom: read.text('MAIL_FROM', 'orders@localhost'),
    s3: read.s3(),
    sealKey: read.longText('SECRET_KEY', 32),
    sealKeyBefore: read.longText('SECRET_KEY_BEFORE', 32),
    metricsToken: read.longText('METRICS_TOKEN', 16),
    quotas: read.quotas(),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return Object.freeze(config);
}

class Reader {
  readonly faults: string[];
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>, faults: readonly string[]) {
    this.#env = env;
    this.faults = [...faults];
  }

  text(name: string, fallback: string): string {
    return this.#env[name]?.trim() || fallback;
  }

  longText(name: string, lengthMin: number): string | undefined {
    const text = this.text(name, '');
    if (text !== '' && text.length < lengthMin)
      this.faults.push(`${name}: give at least ${lengthMin} characters, made at random`);
    return text || undefined;
  }

  addresses(name: string): string[] {
    const given = this.text(name, '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const wrong = given.filter((part) => !ipaddr.isValid(part) && !ipaddr.isValidCIDR(part));
    if (wrong.length > 0)
      this.faults.push(
        `${name}: ${wrong.join(', ')} is neither an address nor a range such as 10.0.0.0/8`,
      );
    return given;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name, String(fallback));
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    this.faults.push(`${name}=${text}: give a whole number from ${min} to ${max}`);
    return fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name, fallback ? 'on' : 'off').toLowerCase();
    if (['on', 'true', '1', 'yes'].includes(text)) return true;
    if (['off', 'false', '0', 'no'].includes(text)) return false;
    this.faults.push(`${name}=${text}: give on or off`);
    return fallback;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const text = this.text(name, fallback);
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    this.faults.push(`${name}=${text}: give one of ${choices.join(', ')}`);
    return fallback;
  }

  /** A URL without a slash at its end, or undefined when the variable is not set. */
  url(name: string, schemes: readonly string[]): string | undefined {
    const text = this.text(name, '').replace(/\/+$/, '');
    if (text === '') return undefined;
    if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol.slice(0, -1))) {
      this.faults.push(
        `${name}: give a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
      );
    }
    return text;
  }

  quotas(): Quotas {
    const given = quotaKinds.map((kind) => [
      kind,
      this.integer(quotaWords[kind].setting, defaultQuotas[kind], 0, 1_000_000_000),
    ]);
    return Object.fromEntries(given);
  }

  stripe(): StripeConfig | undefined {
    const secretKey = this.text('STRIPE_SECRET_KEY', '');
    const webhookSecret = this.text('STRIPE_WEBHOOK_SECRET', '') || undefined;
    const publishableKey = this.text('STRIPE_PUBLISHABLE_KEY', '') || undefined;
    if (publishableKey !== undefined && !publishableKey.startsWith('pk_'))
      this.faults.push(
        'STRIPE_PUBLISHABLE_KEY: give the key that begins with pk_; browsers see it',
      );
    if (secretKey !== '') return { secretKey, webhookSecret, publishableKey };
    if (webhookSecret !== undefined)
      this.faults.push('STRIPE_WEBHOOK_SECRET: set STRIPE_SECRET_KEY too');
    if (publishableKey !== undefined)
      this.faults.push('STRIPE_PUBLISHABLE_KEY: set STRIPE_SECRET_KEY too');
    return undefined;
  }

  s3(): S3Settings | undefined {
    const [bucket, accessKeyId, secretAccessKey] = [
      'S3_BUCKET',
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
    ].map((name) => this.text(name, '') || undefined);
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
      this.faults.push('S3_ACCESS_KEY_ID: set S3_SECRET_ACCESS_KEY with it, or neither');
    const endpoint = this.url('S3_ENDPOINT', ['http', 'https']);
    return bucket === undefined
      ? undefined
      : {
          bucket,
          region: this.text('S3_REGION', 'us-east-1'),
          endpoint,
          accessKeyId,
          secretAccessKey,
        };
  }

  postgresUrl(name: string, text: string): string {
    if (/^postgres(ql)?:\/\/\S+$/.test(text)) return text;
    this.faults.push(`${name}: give a URL such as postgres://user:password@host:5432/perennial`);
    return text;
  }
}
