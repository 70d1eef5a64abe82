import { Refusal } from '../http/refusal.ts';
import { isFaultOfStore } from './failures.ts';

/*
 * Reads many records of which some may be unreadable. A statement fails as a whole, so after a
 * failure it is repeated in halves until each bad record is alone. Successful reads have no extra
 * cost (docs/adr/0048-parked-records.md).
 */

/**
 * Returns whether an error may be caused by one record, so that the rest of the batch can succeed
 * without it. An unreachable or overloaded database is never a record's fault.
 */
export const mayBeOfRecord = (error: unknown): boolean =>
  !isFaultOfStore(error) && !(error instanceof Refusal);

/**
 * Processes all elements at once. If that fails, processes each half, down to a single element, for
 * which it calls `alone` with the error. Throws when the database fails.
 */
export async function inHalves<Element, Result>(
  elements: readonly Element[],
  work: (elements: readonly Element[]) => Promise<readonly Result[]>,
  alone: (element: Element, error: unknown) => Promise<readonly Result[]>,
): Promise<Result[]> {
  if (elements.length === 0) return [];
  try {
    return [...(await work(elements))];
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    if (elements.length === 1) return [...(await alone(elements[0]!, error))];
    const middle = Math.ceil(elements.length / 2);
    return [
      ...(await inHalves(elements.slice(0, middle), work, alone)),
      ...(await inHalves(elements.slice(middle), work, alone)),
    ];
  }
}

/** A record that was left out because it cannot be read. */
export interface LeftOut {
  readonly id: string;
  readonly error: unknown;
}

/** The rows that were read, and the records that were left out. */
export interface ReadRows<Row> {
  readonly rows: Row[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads the records of these keys with one statement; leaves out those that cannot be read. Not for
 * transactions, in which no statement can follow a failed one.
 */
export async function readEach<Key extends string | number, Row>(
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<readonly Row[]>,
): Promise<ReadRows<Row>> {
  const leftOut: LeftOut[] = [];
  const rows = await inHalves(keys, read, async (key, error) => {
    leftOut.push({ id: String(key), error });
    return [];
  });
  return { rows, leftOut };
}

/**
 * Reads all at once with `whole`. If a record makes that fail, reads with `each`, which leaves out
 * what cannot be read.
 */
export async function readOrLeaveOut<Result>(
  whole: () => Promise<Result>,
  each: () => Promise<Result>,
): Promise<Result> {
  try {
    return await whole();
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    return each();
  }
}

/** Parses records; leaves out those that cannot be parsed. */
export function parseEach<Stored, Row>(
  stored: readonly Stored[],
  idOf: (stored: Stored) => string,
  parse: (stored: Stored) => Row,
): ReadRows<Row> {
  const leftOut: LeftOut[] = [];
  const rows = stored.flatMap((each) => {
    try {
      return [parse(each)];
    } catch (error) {
      leftOut.push({ id: idOf(each), error });
      return [];
    }
  });
  return { rows, leftOut };
}

/** Returns the beginning of an error's message, without the values of the statement. */
export const shortly = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .split('\n')[0]!
    .replaceAll('\0', '')
    .toWellFormed()
    .slice(0, 120);
