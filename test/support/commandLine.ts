import { mock } from 'node:test';
import { runCommandLine } from '../../server/src/cli/commands.ts';

/** The output of a command, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `perennial …` with these settings. Captures its output and its exit code. `onError` gets
 * each line of stderr as it is printed.
 */
export async function runPerennial(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onError: (text: string) => void = () => {},
): Promise<Ran> {
  const printed = { out: '', err: '' };
  const log = mock.method(console, 'log', (text: string) => void (printed.out += `${text}\n`));
  const error = mock.method(console, 'error', (text: unknown) => {
    printed.err += `${text}\n`;
    onError(String(text));
  });
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    await runCommandLine(args);
    return { ...printed, code: Number(process.exitCode ?? 0) };
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    process.exitCode = undefined;
    log.mock.restore();
    error.mock.restore();
  }
}
