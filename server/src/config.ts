import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { databaseUrl, httpUrlFault, mailUrlFault, mayBePlain } from './platform/encryption.ts';
import type { S3Settings } from './platform/files/s3Files.ts';
import type { VirusScanner } from './platform/files/virusScan.ts';
import type { SmtpSettings } from './platform/mail/mailTransport.ts';
import { contentOf, withSecretFiles } from './platform/secretFiles.ts';
import type { Connection } from './platform/storage/connection.ts';
import { defaultQuotas, type Quotas, quotaWords } from './platform/tenancy/quotas.ts';
import { strictFaults } from './strict.ts';

/** All settings from the environment, read once at the start. */
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
  /** Proxies whose X-Forwarded-For is trusted: addresses or CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly role: Role;
  /**
   * Whether only the features that a server for real money needs are enabled; strict.ts lists them.
   */
  readonly strict: boolean;
  /** The files of the certificate and key with which this process itself serves https. */
  readonly tls?: TlsFiles | undefined;
  /** Hosts to which unencrypted connections are allowed; `*` means every host. */
  readonly plainHosts: readonly string[];
  /** The hosts to which webhooks may be sent. Empty: any public host. */
  readonly webhookHosts: readonly string[];
  /** The scanner of attachments for viruses. Absent: attachments are not scanned. */
  readonly virusScanner?: VirusScanner | undefined;
  /**
   * The address at which customers reach this server. Links in mails begin with it. Absent: the
   * address on which it listens.
   */
  readonly publicUrl?: string | undefined;
  /** The address of a gateway simulator in a separate process. */
  readonly gatewayUrl?: string | undefined;
  readonly stripe?: StripeConfig | undefined;
  /** False: nothing is charged, but everything else runs. */
  readonly charging: boolean;
  /** Whether the simulator charges merchants whose clock is real. */
  readonly simulator: boolean;
  /** Whether webhooks of merchants with a test clock may be sent to this machine. */
  readonly loopbackWebhooks: boolean;
  /** Absent: mails are written into `dataDir`. */
  readonly smtp?: SmtpSettings | undefined;
  /** The sender of mails for merchants that set none. */
  readonly mailFrom: string;
  /** The bucket of attachments. Absent: a folder in `dataDir`. */
  readonly s3?: S3Settings | undefined;
  /** The key that seals secrets in the database; absent: a file in `dataDir`. */
  readonly sealKey?: string | undefined;
  /** The previous `sealKey`, used while secrets are sealed again. */
  readonly sealKeyBefore?: string | undefined;
  /** The token that a request for `/metrics` must send. Absent: no token is needed. */
  readonly metricsToken?: string | undefined;
  /** The limits on what a merchant may store. */
  readonly quotas: Quotas;
  /** How many days an entry of the audit log is kept. Absent: forever. */
  readonly auditLogDays?: number | undefined;
}

/** A certificate with its chain, and its key, both in PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
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

/** Returns the two windows in the form that the limiter takes. */
export const rateLimits = ({ perHour, perDay }: RateConfig) => [
  { limit: perHour, seconds: 3600 },
  { limit: perDay, seconds: 86_400 },
];

/** The keys with which secrets in the database are sealed. */
export const sealSettings = ({ dataDir, sealKey, sealKeyBefore }: Config) => ({
  dataDir,
  key: sealKey,
  before: sealKeyBefore,
});

/**
 * The rate limits of one session: 200 requests at once, and 20 a second over time. A page that a
 * person uses never reaches them.
 */
export const sessionRateLimits = [{ limit: 200, seconds: 10 }];

/** The levels of the log, from all messages to none. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
/** The lowest level of messages that is logged. */
export type LogLevel = (typeof logLevels)[number];

/** The parts of the work that a process can do. */
export const roles = ['all', 'api', 'worker'] as const;
/** The role of this process: it handles requests, does the background work, or both. */
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
  [
    'TRUSTED_PROXIES',
    '',
    'comma-separated list of proxy addresses whose X-Forwarded-For is trusted',
  ],
  ['ROLE', 'all', 'api, worker or all; also serve --role'],
  [
    'STRICT',
    'off',
    'on allows only what a server for real money needs; the start names what is missing',
  ],
  ['TLS_CERTIFICATE_FILE', '', 'serves https with this certificate (PEM) instead of http'],
  ['TLS_KEY_FILE', '', 'the key of that certificate'],
  [
    'PLAIN_HOSTS',
    '*; none with STRICT',
    'comma-separated list of hosts to which unencrypted connections are allowed; * means every host',
  ],
  [
    'WEBHOOK_HOSTS',
    '',
    'comma-separated list of hosts to which webhooks may be sent; *.shop.example includes all ' +
      'subdomains; empty: any public one',
  ],
  [
    'VIRUS_SCANNER',
    '',
    'a clamd that checks attachments, for example 127.0.0.1:3310 or /run/clamav/clamd.ctl',
  ],
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
    'on lets the simulator charge merchants with a real clock too; it always charges those with a test clock',
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
    'the previous SECRET_KEY, for secrets that have not been sealed again yet',
  ],
  ...quotaKinds.map(
    (kind) =>
      [
        quotaWords[kind].setting,
        String(defaultQuotas[kind]),
        `maximum per ${kind === 'devices' ? 'application' : 'merchant'}: ${quotaWords[kind].what}`,
      ] as const,
  ),
  [
    'AUDIT_LOG_DAYS',
    '',
    'removes older entries of the audit log; 365 or more; empty: kept for ever',
  ],
  ['METRICS_TOKEN', '', 'a bearer token that readers of /metrics must send; 16 characters or more'],
  [
    'SMTP_URL',
    '',
    'sends mails, for example smtp://user:password@mail.example.com:587; else they are written to DATA_DIR/mail',
  ],
  ['SMTP_CA_FILE', '', 'the only authorities (PEM) that may certify the SMTP server'],
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
  ['S3_CA_FILE', '', 'the only authorities (PEM) that may certify S3_ENDPOINT'],
  ['MAIL_FROM', 'orders@localhost', 'the sender of mails for merchants that set none'],
] as const;

/** All faults of the environment at once. Each names its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the settings cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** Reads the environment into one frozen value. Throws {@link ConfigError} with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const secrets = withSecretFiles(env);
  const read = new Reader(secrets.env, secrets.faults);
  const strict = read.flag('STRICT', false);
  const plainHosts = read.list('PLAIN_HOSTS', strict ? '' : '*');
  const postgres = read.text('DATABASE_URL', '');
  const demo = read.flag('DEMO', postgres === '' && !strict);
  const config: Config = {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', 8080, 0, 65_535),
    dataDir: resolve(read.text('DATA_DIR', './data')),
    ...(postgres === ''
      ? {}
      : { database: { url: read.postgresUrl('DATABASE_URL', postgres, plainHosts) } }),
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
    strict,
    tls: read.tls(),
    plainHosts,
    webhookHosts: read.list('WEBHOOK_HOSTS'),
    virusScanner: read.scanner('VIRUS_SCANNER', plainHosts),
    publicUrl: read.url('PUBLIC_URL', ['http', 'https']),
    gatewayUrl: read.encryptedUrl('GATEWAY_URL', plainHosts),
    charging: read.flag('CHARGING', true),
    simulator: read.flag('SIMULATOR', false),
    loopbackWebhooks: read.flag('LOOPBACK_WEBHOOKS', demo),
    stripe: read.stripe(),
    smtp: read.smtp(plainHosts),
    mailFrom: read.text('MAIL_FROM', 'orders@localhost'),
    s3: read.s3(plainHosts),
    sealKey: read.longText('SECRET_KEY', 32),
    sealKeyBefore: read.longText('SECRET_KEY_BEFORE', 32),
    metricsToken: read.longText('METRICS_TOKEN', 16),
    quotas: read.quotas(),
    auditLogDays: read.auditLogDays(),
  };
  const faults = strict ? [...read.faults, ...strictFaults(config, env)] : read.faults;
  if (faults.length > 0) throw new ConfigError(faults);
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

  /** Reads a comma-separated list in lower case. */
  list(name: string, fallback = ''): string[] {
    return this.text(name, fallback)
      .toLowerCase()
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  addresses(name: string): string[] {
    const given = this.list(name);
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

  /** Reads a URL without its trailing slash; undefined if the variable is not set. */
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

  /** Reads an address that is encrypted, or belongs to this machine or to one of `plainHosts`. */
  encryptedUrl(name: string, plainHosts: readonly string[]): string | undefined {
    const text = this.url(name, ['http', 'https']);
    const url = text === undefined ? null : URL.parse(text);
    const fault = url && httpUrlFault(url, plainHosts);
    if (fault) this.faults.push(`${name}: ${fault}`);
    return text;
  }

  /** Reads the text of a file with certificates or a key. */
  pem(name: string): string | undefined {
    const path = this.text(name, '');
    if (path === '') return undefined;
    const content = contentOf(path);
    const fault = content.fault ?? (content.text.includes('-----BEGIN ') ? '' : 'is not in PEM');
    if (fault) this.faults.push(`${name}: ${path} ${fault}`);
    return content.text;
  }

  tls(): TlsFiles | undefined {
    const [certificate, key] = [this.pem('TLS_CERTIFICATE_FILE'), this.pem('TLS_KEY_FILE')];
    if ((certificate === undefined) !== (key === undefined))
      this.faults.push('TLS_CERTIFICATE_FILE: set TLS_KEY_FILE with it, or neither');
    return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
  }

  smtp(plainHosts: readonly string[]): SmtpSettings | undefined {
    const ca = this.pem('SMTP_CA_FILE');
    const text = this.url('SMTP_URL', ['smtp', 'smtps']);
    const url = text === undefined ? null : URL.parse(text);
    if (text === undefined || url === null) return undefined;
    const fault = mailUrlFault(url, plainHosts);
    if (fault !== undefined) this.faults.push(`SMTP_URL: ${fault}`);
    return { url: text, mustEncrypt: !mayBePlain(url.hostname, plainHosts), ca };
  }

  scanner(name: string, plainHosts: readonly string[]): VirusScanner | undefined {
    const text = this.text(name, '');
    if (text === '') return undefined;
    if (text.startsWith('/')) return { path: text };
    const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
    if (host === '')
      this.faults.push(`${name}=${text}: give host:port, or the path of a unix socket`);
    else if (!mayBePlain(host, plainHosts))
      this.faults.push(
        `${name}: clamd does not encrypt; run it on this machine, or name the host in PLAIN_HOSTS`,
      );
    return { host, port: Number(port) };
  }

  quotas(): Quotas {
    const given = quotaKinds.map((kind) => [
      kind,
      this.integer(quotaWords[kind].setting, defaultQuotas[kind], 0, 1_000_000_000),
    ]);
    return Object.fromEntries(given);
  }

  /** At least a year is kept, because the effects of an intrusion are often found months later. */
  auditLogDays(): number | undefined {
    return this.text('AUDIT_LOG_DAYS', '') === ''
      ? undefined
      : this.integer('AUDIT_LOG_DAYS', 365, 365, 36_500);
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

  s3(plainHosts: readonly string[]): S3Settings | undefined {
    const [bucket, accessKeyId, secretAccessKey] = [
      'S3_BUCKET',
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
    ].map((name) => this.text(name, '') || undefined);
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
      this.faults.push('S3_ACCESS_KEY_ID: set S3_SECRET_ACCESS_KEY with it, or neither');
    const endpoint = this.encryptedUrl('S3_ENDPOINT', plainHosts);
    const ca = this.pem('S3_CA_FILE');
    return bucket === undefined
      ? undefined
      : {
          bucket,
          region: this.text('S3_REGION', 'us-east-1'),
          endpoint,
          accessKeyId,
          secretAccessKey,
          ca,
        };
  }

  postgresUrl(name: string, text: string, plainHosts: readonly string[]): string {
    // The URL names no host, so the driver uses PGHOST.
    const whole = text.replace('@/', '@localhost/');
    if (!/^postgres(ql)?:\/\/\S+$/.test(text) || !URL.canParse(whole)) {
      this.faults.push(`${name}: give a URL such as postgres://user:password@host:5432/perennial`);
      return text;
    }
    const url = databaseUrl(whole, plainHosts, this.#env['PGHOST']);
    if (!url.ok) this.faults.push(`${name}: ${url.reason}`);
    return url.ok && url.value !== whole ? url.value : text;
  }
}
