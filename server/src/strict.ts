import { statSync } from 'node:fs';
import { isThisMachine } from './platform/encryption.ts';
import { isRandomKey } from './platform/seal.ts';
import { secretSettings } from './platform/secretFiles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that `STRICT=on` checks (config.ts). */
export interface StrictSettings {
  readonly role: keyof typeof unusedSecrets;
  readonly host: string;
  readonly publicUrl?: string | undefined;
  readonly tls?: object | undefined;
  readonly trustedProxies: readonly string[];
  readonly demo: boolean;
  readonly simulator: boolean;
  readonly gatewayUrl?: string | undefined;
  readonly loopbackWebhooks: boolean;
  readonly plainHosts: readonly string[];
  readonly webhookHosts: readonly string[];
  readonly rate: { readonly perHour: number; readonly perDay: number };
  readonly sealKey?: string | undefined;
}

/** The rules of a strict installation: each returns a sentence if the settings break it. */
const rules: readonly ((config: StrictSettings) => string | undefined)[] = [
  ({ publicUrl }) =>
    publicUrl?.startsWith('https://')
      ? undefined
      : 'PUBLIC_URL: give the https address that people open',
  ({ tls, trustedProxies, role }) =>
    tls !== undefined || trustedProxies.length > 0 || role === 'worker'
      ? undefined
      : 'TRUSTED_PROXIES: name the proxy on this machine that ends TLS, or set TLS_CERTIFICATE_FILE',
  ({ tls, host, role }) =>
    tls !== undefined || isThisMachine(host) || role === 'worker'
      ? undefined
      : 'HOST: listen on 127.0.0.1, where the proxy on this machine is, or set TLS_CERTIFICATE_FILE',
  ({ demo }) => (demo ? 'DEMO: leave it out; the demo has accounts by default' : undefined),
  ({ simulator, gatewayUrl }) =>
    simulator || gatewayUrl !== undefined
      ? 'SIMULATOR: leave it and GATEWAY_URL out; they are for tests'
      : undefined,
  ({ loopbackWebhooks }) =>
    loopbackWebhooks ? 'LOOPBACK_WEBHOOKS: leave it out; it is for tests' : undefined,
  ({ plainHosts }) =>
    plainHosts.length > 0 ? 'PLAIN_HOSTS: leave it out; every connection is encrypted' : undefined,
  ({ webhookHosts }) =>
    webhookHosts.length === 0 ? 'WEBHOOK_HOSTS: name the hosts that receive webhooks' : undefined,
  ({ rate }) =>
    rate.perHour === 0 || rate.perDay === 0
      ? 'RATE_LIMIT_PER_HOUR: give a limit for the hour and for the day'
      : undefined,
  ({ sealKey }) =>
    sealKey === undefined || isRandomKey(sealKey)
      ? undefined
      : 'SECRET_KEY: give 32 random bytes in base64 or hexadecimal (openssl rand -base64 32), ' +
        'and the text before as SECRET_KEY_BEFORE (perennial secret rotate)',
];

/**
 * The secrets that a process with a role does not need. Each process only gets the secrets that it
 * uses, so a process that strangers can reach cannot leak the others (docs/security/access.md).
 */
const unusedSecrets = {
  all: [],
  api: ['SMTP_URL_FILE'],
  worker: ['STRIPE_WEBHOOK_SECRET_FILE', 'METRICS_TOKEN_FILE', 'TLS_KEY_FILE'],
} as const;

/**
 * Returns the faults that `STRICT=on` finds in the settings, one sentence each. `env` is the
 * original environment: secrets belong in files of the process's account, which a vault may write,
 * and not in the environment.
 */
export function strictFaults(config: StrictSettings, env: Environment): string[] {
  return [
    ...rules.flatMap((rule) => rule(config) ?? []),
    ...secretSettings
      .filter((name) => env[name]?.trim())
      .map((name) => `${name}: give the path of a file that contains it as ${name}_FILE`),
    ...unusedSecrets[config.role]
      .filter((name) => env[name]?.trim())
      .map((name) => `${name}: leave it out; a process with ROLE=${config.role} does not use it`),
    ...[...secretSettings.map((name) => `${name}_FILE`), 'TLS_KEY_FILE']
      .filter((name) => isPublic(env[name]?.trim()))
      .map((name) => `${name}: every account may read the file; chmod it to 640 or less`),
  ];
}

/**
 * Returns whether all accounts of the machine may read a file. A file that cannot be read is
 * another fault.
 */
function isPublic(path: string | undefined): boolean {
  const found = path ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return found !== undefined && (found.mode & 0o004) !== 0;
}
