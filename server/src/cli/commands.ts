import { ConfigError } from '../config.ts';
import { EmbeddedPostgresError } from '../platform/storage/embeddedError.ts';
import { clockCommand } from './clock.ts';
import { type Command, Obstacle, table, UsageError } from './command.ts';
import { keyCommand } from './key.ts';
import { merchantCommand } from './merchant.ts';
import { migrateCommand } from './migrate.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';

const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  migrate: migrateCommand,
  merchant: merchantCommand,
  key: keyCommand,
  clock: clockCommand,
  seed: seedCommand,
};

/** Runs `perennial …` and sets the exit code: 0 done, 1 it failed, 2 it was asked for in the wrong way. Every failure says how to mend it. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const command = name === undefined ? undefined : commands[name];
  if (!command) {
    const isAsked = name === undefined || name === 'help' || name === '--help' || name === '-h';
    (isAsked ? console.log : console.error)(isAsked ? overview() : `perennial: there is no command ${name}\n\n${overview()}`);
    process.exitCode = isAsked ? 0 : 2;
    return;
  }
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
  const isExpected = error instanceof ConfigError || error instanceof EmbeddedPostgresError || error instanceof Obstacle;
  console.error(isExpected ? `perennial: ${error.message}` : error);
  return error instanceof ConfigError ? 2 : 1;
}

function overview(): string {
  const rows = Object.values(commands).map(({ usage, summary }) => [`  perennial ${usage}`, summary]);
  return `${table(rows)}\n\nperennial <command> --help tells more. Settings come by environment: perennial serve --help`;
}

const helpOf = ({ usage, summary, help }: Command): string => `perennial ${usage}\n${summary}.\n\n${help}`;
