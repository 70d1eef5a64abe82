import { ConfigError } from '../config.ts';
import { ForeignDatabaseError } from '../platform/foreignDatabase.ts';
import { EmbeddedPostgresError } from '../platform/storage/embeddedError.ts';
import { isConnectionLost, isUnavailable } from '../platform/storage/failures.ts';
import { type Command, Obstacle, table, UsageError, whatIsStored } from './command.ts';

// A closed terminal, or a full disk behind `2> file`, must not end a backup.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/**
 * The commands by name. Each is loaded only when it is used, so that `key list` does not load the
 * libraries of a web server.
 */
export const commandLine: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  distribute: async () => (await import('./distribute.ts')).distributeCommand,
  merchant: async () => (await import('./merchant.ts')).merchantCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
  key: async () => (await import('./key.ts')).keyCommand,
  user: async () => (await import('./user.ts')).userCommand,
  application: async () => (await import('./application.ts')).applicationCommand,
  clock: async () => (await import('./clock.ts')).clockCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  restored: async () => (await import('./restored.ts')).restoredCommand,
  secret: async () => (await import('./secret.ts')).secretCommand,
  seed: async () => (await import('./seed.ts')).seedCommand,
};

/**
 * Runs `perennial …` and sets the exit code: 0 done, 1 failed, 2 wrong usage. Every failure says
 * how to fix it.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h')
    return console.log(await overview());
  const load = Object.hasOwn(commandLine, name) ? commandLine[name] : undefined;
  if (!load) {
    console.error(`perennial: there is no command ${name}\n\n${await overview()}`);
    process.exitCode = 2;
    return;
  }
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) return console.log(helpOf(command));
  try {
    await command.run(rest);
  } catch (error) {
    process.exitCode = explain(error, command);
  }
}

function explain(error: unknown, command: Command): number {
  if (error instanceof UsageError) {
    console.error(`perennial: ${error.message}\n\n${helpOf(command)}`);
    return 2;
  }
  const words = isExpected(error) ? error.message : (wordsForLoss(error) ?? wordsForFile(error));
  console.error(words === undefined ? error : `perennial: ${words}`);
  return error instanceof ConfigError ? 2 : 1;
}

/** Errors that the user can fix. Any other error is printed with its stack. */
const isExpected = (error: unknown): error is Error =>
  [ConfigError, EmbeddedPostgresError, ForeignDatabaseError, Obstacle].some(
    (kind) => error instanceof kind,
  );

/** Describes a lost or unavailable PostgreSQL, because the driver only says `write EPIPE`. */
function wordsForLoss(error: unknown): string | undefined {
  if (!isUnavailable(error)) return undefined;
  const what = isConnectionLost(error)
    ? 'the connection to PostgreSQL was lost'
    : 'PostgreSQL cannot serve now';
  return `${what} (${(error as Error).message}); ${whatIsStored}`;
}

/**
 * Describes a file that the system refuses: its disk is full, or the process may not write there.
 */
function wordsForFile(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === undefined || !fileCodes.has(code ?? '')) return undefined;
  return (
    `a file cannot be written or read (${(error as Error).message}); make room or correct the ` +
    'place, and run the same command again'
  );
}

const fileCodes = new Set(
  'EACCES EDQUOT EEXIST EFBIG EIO EISDIR ELOOP EMFILE ENAMETOOLONG ENOENT ENOSPC ENOTDIR EPERM EROFS'.split(
    ' ',
  ),
);

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commandLine).map((load) => load()));
  const rows = all.map(({ usage, summary }) => [`  perennial ${usage}`, summary]);
  return (
    `${table(rows)}\n\nType \`npm run perennial -- <command>\` in the folder of the project. ` +
    '`<command> --help` explains a command; `serve --help` lists the settings, which are ' +
    'environment variables.'
  );
}

const helpOf = ({ usage, summary, help }: Command): string =>
  `perennial ${usage}\n${summary}.\n\n${help}`;
