import { readFileSync } from 'node:fs';

/**
 * Settings that hold a secret. Each may also be given by a file: `SECRET_KEY_FILE` names one that
 * contains what `SECRET_KEY` would. So a secret is in no environment that a child process, a crash
 * report or `docker inspect` shows.
 */
export const secretSettings = [
  'DATABASE_URL',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'SECRET_KEY',
  'SECRET_KEY_BEFORE',
  'SMTP_URL',
  'S3_SECRET_ACCESS_KEY',
  'METRICS_TOKEN',
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with each secret that a file holds in its place, and what is wrong with the
 * files. White space around a secret is not part of it, because editors end a file with a line
 * feed.
 */
export function withSecretFiles(env: Environment): {
  readonly env: Environment;
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const read: Record<string, string> = {};
  for (const name of secretSettings) {
    const path = env[`${name}_FILE`]?.trim();
    if (!path) continue;
    if (env[name]?.trim()) faults.push(`${name}_FILE: ${name} is set too; leave one of them out`);
    else {
      const secret = contentOf(path);
      if (secret.fault === undefined) read[name] = secret.text;
      else faults.push(`${name}_FILE: ${path} ${secret.fault}`);
    }
  }
  return { env: { ...env, ...read }, faults };
}

/** The content of a file without the white space around it, or what is wrong with the file. */
export function contentOf(path: string): { readonly text: string; readonly fault?: string } {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { text, fault: 'is empty; write the secret into it' } : { text };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      text: '',
      fault: `cannot be read (${code}); give the path of a file that this account may read`,
    };
  }
}
