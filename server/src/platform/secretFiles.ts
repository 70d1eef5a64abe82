import { readFileSync } from 'node:fs';

/**
 * Settings that contain a secret. Each may also come from a file: `SECRET_KEY_FILE` names a file
 * with the value of `SECRET_KEY`. So no child process, crash report or `docker inspect` shows the
 * secret in the environment.
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
 * Returns the environment with the secrets from files, and the faults of those files. White space
 * around a secret is removed, because editors end a file with a line feed.
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

/** Returns the content of a file without the white space around it, or the fault of the file. */
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
