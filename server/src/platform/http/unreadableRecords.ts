import type { Context } from '../context.ts';
import type { JsonPage } from '../storage/page.ts';
import { type LeftOut, mayBeOfRecord, shortly } from '../storage/unreadable.ts';
import { type Answer, type AnswerExtras, payloadText, type Warning } from './answer.ts';
import { refuse } from './refusal.ts';

/**
 * A page of records with a warning about those that were left out. `what` is their kind in the
 * singular.
 */
export function pageAnswer(context: Context, what: string, page: JsonPage): Answer {
  const { json, leftOut = [], ...resultSet } = page;
  return payloadText(json, { resultSet, ...leftOutWarning(context, what, leftOut) });
}

/** Logs the records that were left out of a list, and returns the warning about them. */
export function leftOutWarning(
  context: Context,
  what: string,
  leftOut: readonly LeftOut[],
): Pick<AnswerExtras, 'warning'> {
  if (leftOut.length === 0) return {};
  const { merchantId } = context.merchant;
  for (const { id, error } of leftOut)
    context.log.error({ err: error, merchantId, what, id }, 'a record was left out of a list');
  return { warning: warningOf(what, leftOut) };
}

const idsShownMax = 50;

function warningOf(what: string, leftOut: readonly LeftOut[]): Warning {
  const ids = leftOut.slice(0, idsShownMax).map(({ id }) => id);
  const more = leftOut.length > ids.length ? ` and ${leftOut.length - ids.length} more` : '';
  const one = leftOut.length === 1;
  return {
    code: 'unreadable_records',
    message:
      `${leftOut.length} ${what}${one ? ' was' : 's were'} left out because ` +
      `${one ? 'it' : 'they'} cannot be read: ${ids.join(', ')}${more}. ` +
      'Read one by its id to see what is wrong with it and how to fix it.',
  };
}

/** A record with its key, and the function that reads it with other expansions. */
export interface OneRecord<Result> {
  /** The kind of record in the refusal: `auto order`, `item`. */
  readonly what: string;
  readonly id: string | number;
  readonly expand: ReadonlySet<string>;
  readonly read: (expand: ReadonlySet<string>) => Promise<Result>;
  /** How to fix a part that no expansion names; absent: by an update that replaces all fields. */
  readonly fix?: string;
}

/**
 * Reads one record. If it cannot be read, refuses with the parts that are wrong, why, and how to
 * fix them.
 */
export async function readOne<Result>(
  context: Context,
  record: OneRecord<Result>,
): Promise<Result> {
  const { what, id, expand, read } = record;
  try {
    return await read(expand);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    const { merchantId } = context.merchant;
    context.log.error({ err: error, merchantId, what, id }, 'a record cannot be read');
    const parts = await unreadableParts(record);
    return refuse(
      'unreadable_record',
      {
        what,
        id,
        parts: partWords(parts),
        reason: shortly(error),
        fix: parts.length === 0 ? (record.fix ?? replaceAll) : replace(parts),
      },
      { objectId: String(id) },
    );
  }
}

/** Returns the expansions that alone make the read fail; empty if it fails without any. */
async function unreadableParts({ expand, read }: OneRecord<unknown>): Promise<string[]> {
  const isReadable = (names: readonly string[]) =>
    read(new Set(names)).then(
      () => true,
      () => false,
    );
  if (!(await isReadable([]))) return [];
  const parts: string[] = [];
  for (const name of expand) if (!(await isReadable([name]))) parts.push(name);
  return parts;
}

const partWords = (parts: readonly string[]): string =>
  parts.length === 0
    ? 'a stored value is not valid'
    : `the stored value of ${parts.join(' and ')} is not valid`;

const replaceAll = 'Send an update (PUT) with all its fields, which replaces the stored values';
const replace = (parts: readonly string[]): string =>
  `Send an update (PUT) that replaces ${parts.join(' and ')}, or read it without _expand=${parts.join(',')}`;
