import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command of the command line. Each is in its own file. */
export interface Command {
  /** The arguments after `perennial`, and one line that describes the command. */
  readonly usage: string;
  readonly summary: string;
  /** The options, one per line, and other help. */
  readonly help: string;
  run(args: readonly string[]): Promise<void>;
}

/** The arguments of the command are wrong. The message says how to fix them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * A cause outside our code prevents the command. The message names it and the fix, so no stack is
 * printed.
 */
export class Obstacle extends Error {
  override readonly name = 'Obstacle';
}

/**
 * The second half of a sentence: the state of the data after a loss of PostgreSQL, and the next
 * step.
 */
export const whatIsStored =
  'what it had confirmed is stored, and nothing else; see its log, and run the same command again';

/**
 * Parses `--options` and the arguments without dashes, which `words` names. Throws a
 * {@link UsageError} for a fault, and for an argument that the command does not accept: `audit DEMO`
 * must not audit every merchant.
 */
export function readArgs<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  words: readonly string[] = [],
) {
  const parsed = parsedArgs(args, options);
  const surplus = parsed.positionals[words.length];
  refuseSurplus(surplus);
  return parsed;
}

function refuseSurplus(argument: string | undefined): void {
  if (argument !== undefined) throw new UsageError(`unexpected argument ${argument}; leave it out`);
}

/**
 * Like {@link readArgs}, for a command with verbs such as `key list`. `verbs` says what each accepts:
 * options by their names, other arguments in angle brackets. An option of another verb is refused,
 * because it would have no effect.
 */
export function readVerb<
  Options extends NonNullable<ParseArgsConfig['options']>,
  Verb extends string,
>(
  command: string,
  args: readonly string[],
  options: Options,
  verbs: Readonly<Record<Verb, readonly ((keyof Options & string) | `<${string}>`)[]>>,
) {
  const { values, positionals } = parsedArgs(args, options);
  const [verb, ...words] = positionals;
  const known = Object.keys(verbs);
  const choice = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`;
  if (verb === undefined) throw new UsageError(`give a command: ${choice}`);
  if (!Object.hasOwn(verbs, verb))
    throw new UsageError(`${command} ${verb} is not a command; use ${choice}`);
  const accepted: readonly string[] = verbs[verb as Verb];
  const surplus = words[accepted.filter((each) => each.startsWith('<')).length];
  refuseSurplus(surplus);
  const other = Object.keys(values).find((name) => !accepted.includes(name));
  if (other !== undefined)
    throw new UsageError(`--${other} does not go with ${command} ${verb}; leave it out`);
  return { verb: verb as Verb, words, values };
}

function parsedArgs<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\.\s/)[0]);
  }
}

/** Returns the option's value, or throws a {@link UsageError} that names it. */
export function needed(value: string | undefined, option: string): string {
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`${option} is missing`);
}

/** Splits a comma-separated list and drops its empty parts. */
export const listOf = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Aligns texts in columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
