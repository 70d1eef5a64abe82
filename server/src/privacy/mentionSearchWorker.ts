import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { redactRow, searchRows } from '../platform/privacy/mentionRows.ts';
import { type OthersRedaction, othersRedaction } from '../platform/privacy/searchedWords.ts';
import { readTextPlaces, type TextPlace } from '../platform/privacy/textPlaces.ts';
import type { Database } from '../platform/storage/database.ts';
import { holdOf } from '../platform/tenancy/hold.ts';
import {
  endSearch,
  type MentionSearch,
  merchantsSearching,
  type SearchProgress,
  saveMentionSearch,
  takeSearch,
} from './mentionSearchStore.ts';

/** Returns those of the texts that are names of customers. */
type BorneBy = (db: Database, merchantId: string, texts: readonly string[]) => Promise<string[]>;

/** The dependencies of the search for erased people. */
export interface SearchParts {
  readonly emailsOfCustomers: BorneBy;
  readonly namesOfCustomers: BorneBy;
  /**
   * Redacts the files of rows of a table, by the keys of the rows. Returns the number of changed
   * files.
   */
  readonly files: Readonly<
    Record<
      string,
      (
        context: Context,
        keys: readonly (readonly string[])[],
        redaction: OthersRedaction,
      ) => Promise<number>
    >
  >;
  /** Deletes mails in this server's folder that contain one of the words. */
  readonly forgetMails: (merchantId: string, redaction: OthersRedaction) => Promise<number>;
}

const rowsAtOnce = 500;
// Rows with files are read one by one.
const filesAtOnce = 20;
const leaseMs = 300_000;
// A pass that found something is followed by another one: a record that was copied during it may
// have brought the words to a place that was already searched.
const passesMax = 5;

/**
 * Searches the records of other customers for erased people, and removes their emails and names.
 * Each run does one batch of a search of each merchant. A row that cannot be redacted is logged and
 * counted, and the search continues.
 */
export function mentionSearchWorker(rounds: MerchantRounds, parts: SearchParts): Worker {
  const each = eachMerchant(rounds.log, 'search for erased people');
  return {
    name: 'search for erased people',
    async runOnce() {
      const merchantIds = await merchantsSearching(rounds.db);
      if (merchantIds.length === 0) return 0;
      const places = await readTextPlaces(rounds.db);
      return each(merchantIds, async (merchantId) => {
        const context = await rounds.contextFor(merchantId);
        if (holdOf(context.merchant) !== undefined) return 0;
        const search = await takeSearch(rounds.db, merchantId, leaseMs);
        if (search === undefined) return 0;
        const after = await searchBatch(
          context,
          parts,
          places,
          await withoutBorne(context, parts, search),
        );
        if (isEnd(after)) await finish(context, search, after);
        else await saveMentionSearch(rounds.db, merchantId, search.customerOid, after);
        return 1;
      });
    },
  };
}

/** Leaves out names that customers have: the same person again, or another one of that name. */
async function withoutBorne(
  { db, merchant: { merchantId } }: Context,
  { emailsOfCustomers, namesOfCustomers }: SearchParts,
  search: MentionSearch,
): Promise<SearchProgress> {
  const emails = await emailsOfCustomers(db, merchantId, search.emails);
  const isBeginning = search.place === null;
  const names = isBeginning ? await namesOfCustomers(db, merchantId, search.names) : [];
  return {
    ...search,
    emails: search.emails.filter((email) => !emails.includes(email)),
    names: search.names.filter((name) => !names.includes(name)),
  };
}

/**
 * Searches the next rows, of several tables if these are small, or, after the last table, the
 * mails.
 */
async function searchBatch(
  context: Context,
  parts: SearchParts,
  places: readonly TextPlace[],
  search: SearchProgress,
): Promise<SearchProgress> {
  const redaction = othersRedaction(search);
  if (redaction.needles.length === 0) return { ...search, place: end };
  let progress = search;
  for (let left = rowsAtOnce; left > 0; ) {
    const { place } = progress;
    const next = places.find(({ table }) => place === null || table >= place);
    if (next === undefined) {
      const mails = await parts.forgetMails(context.merchant.merchantId, redaction);
      return nextPass(counted(progress, 'files of mails', mails));
    }
    const searched = await searchPlace(context, parts, next, redaction, progress);
    progress = searched.progress;
    left -= searched.cost;
  }
  return progress;
}

/** Searches the next rows of one table. A row with a file takes more time than others. */
async function searchPlace(
  context: Context,
  { files }: SearchParts,
  place: TextPlace,
  redaction: OthersRedaction,
  search: SearchProgress,
): Promise<{ readonly progress: SearchProgress; readonly cost: number }> {
  const { table } = place;
  const redactFiles = files[table];
  const limit = redactFiles ? filesAtOnce : rowsAtOnce;
  const rows = await searchRows(context.db, context.merchant.merchantId, place, {
    after: search.place === table ? search.afterKey : null,
    limit,
    needles: redaction.needles,
  });
  const keys = rows.map(({ key }) => key);
  let found = search;
  for (const { key, isHit } of rows)
    if (isHit) found = await redactFound(context, place, key, redaction, found);
  if (redactFiles && keys.length > 0)
    found = counted(found, `files of ${table}`, await redactFiles(context, keys, redaction));
  const isFull = rows.length === limit;
  return {
    // The blank sorts before every name with this beginning.
    progress: {
      ...found,
      place: isFull ? table : `${table} `,
      afterKey: isFull ? keys.at(-1)! : null,
    },
    cost: Math.max(1, (rows.length * rowsAtOnce) / limit),
  };
}

async function redactFound(
  { db, merchant: { merchantId }, log }: Context,
  place: TextPlace,
  key: readonly string[],
  redaction: OthersRedaction,
  search: SearchProgress,
): Promise<SearchProgress> {
  try {
    const isChanged = await redactRow(db, merchantId, place, key, redaction);
    return counted(search, place.table, isChanged ? 1 : 0);
  } catch (error) {
    log.error({ err: error, table: place.table, key }, 'a row keeps the words of an erased person');
    return { ...search, failures: search.failures + 1 };
  }
}

const counted = (search: SearchProgress, what: string, count: number): SearchProgress =>
  count === 0
    ? search
    : {
        ...search,
        hasFound: true,
        counts: { ...search.counts, [what]: (search.counts[what] ?? 0) + count },
      };

/** Marks the position of a search that has ended; no table has this name. */
const end = '~';
const isEnd = ({ place }: SearchProgress): boolean => place === end;

const nextPass = (search: SearchProgress): SearchProgress =>
  search.hasFound && search.pass < passesMax
    ? {
        ...search,
        pass: search.pass + 1,
        place: null,
        afterKey: null,
        hasFound: false,
        failures: 0,
      }
    : { ...search, place: end };

/** Ends a search; the audit log records what it redacted. */
async function finish(
  context: Context,
  { customerOid }: MentionSearch,
  progress: SearchProgress,
): Promise<void> {
  const { counts, failures } = progress;
  await inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    if (!(await endSearch(context.db, merchantId, customerOid, progress))) return;
    await recordAct(context, {
      act: 'endErasure',
      objectType: 'customer profile',
      objectId: String(customerOid),
      after: { rows: counts, ...(failures > 0 ? { rows_that_failed: failures } : {}) },
    });
  });
}
