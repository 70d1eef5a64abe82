import type {
  CustomerErasure,
  CustomerExport,
  ErasureSearch,
} from '@perennial/contract/privacy.ts';
import { wireDate } from '../kernel/calendar.ts';
import { recordAct, redactEntries } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  noPerson,
  type Person,
  type PersonKeeper,
  type PersonTable,
  type Redactions,
} from '../platform/privacy/person.ts';
import { eraseRows, readPersonRows } from '../platform/privacy/personRows.ts';
import { personWords, redactionOf } from '../platform/privacy/redaction.ts';
import { searchedWords } from '../platform/privacy/searchedWords.ts';
import { beginSearch, findSearch } from './mentionSearchStore.ts';

/** The personal data of the features, in the order in which records are locked. */
export interface PrivacyParts {
  readonly people: readonly PersonKeeper[];
}

/** Returns all stored data about a customer, by table, from one snapshot. */
export async function exportCustomer(
  context: Context,
  { people }: PrivacyParts,
  oid: number,
): Promise<CustomerExport> {
  const tables = await context.db.snapshot((db) => readPerson({ ...context, db }, people, oid));
  // Read separately, because the end of the log changes after that snapshot.
  await inTransaction(context, (context) =>
    recordAct(context, { act: 'exportCustomer', ...named(oid) }),
  );
  return { customer_profile_oid: oid, tables };
}

async function readPerson(
  context: Context,
  people: readonly PersonKeeper[],
  oid: number,
): Promise<Record<string, object[]>> {
  const person = await findCustomer(context, people, oid);
  const tables: Record<string, object[]> = {};
  for (const place of aboutPeople(people)) {
    const rows = await readPersonRows(context.db, context.merchant.merchantId, place, person);
    if (rows.length > 0) tables[place.table] = joined(tables[place.table], rows, place);
  }
  return tables;
}

/**
 * Exports a row once, even if several conditions find it; leaves out values that give access to a
 * card.
 */
function joined(
  known: readonly object[] = [],
  rows: readonly object[],
  { secrets = [] }: PersonTable,
): object[] {
  const all = new Map(known.map((row) => [JSON.stringify(row), row]));
  for (const row of rows) {
    const shown = Object.fromEntries(
      Object.entries(row).filter(([name]) => name !== 'merchant_id' && !secrets.includes(name)),
    );
    all.set(JSON.stringify(shown), shown);
  }
  return [...all.values()];
}

/** The tables with records about the person; other tables only mention the person. */
const aboutPeople = (people: readonly PersonKeeper[]): PersonTable[] =>
  people.flatMap(({ tables }) => tables.filter(({ isMention }) => !isMention));

/**
 * Erases a customer from every table. Orders and auto orders keep their sums, items and times.
 * Refuses while a record still needs the address or the card. Also starts a search of other
 * customers' records.
 */
export function eraseCustomer(
  context: Context,
  { people }: PrivacyParts,
  oid: number,
): Promise<CustomerErasure> {
  return inTransaction(context, async (context) => {
    const person = await lockPerson(context, people, await findCustomer(context, people, oid));
    await refuseObstacles(context, people, person);
    // The payload of this event is stored with the person's data, which the erasure below removes.
    await context.events.emit(context, [
      { name: 'customer_delete', objectType: 'customer profile', objectId: String(oid) },
    ]);
    const { rows, redacted_entries, searched } = await erasePerson(context, people, person);
    await beginSearch(context.db, context.merchant.merchantId, oid, searched);
    await recordAct(context, {
      act: 'eraseCustomer',
      ...named(oid),
      after: { rows, ...(redacted_entries.length === 0 ? {} : { redacted_entries }) },
    });
    return { customer_profile_oid: oid, rows, search: await readSearch(context, oid) };
  });
}

/** Returns the progress of the search that followed an erasure. */
export async function readSearch(
  { db, merchant: { merchantId, timeZone } }: Context,
  oid: number,
): Promise<ErasureSearch> {
  const search =
    (await findSearch(db, merchantId, oid)) ?? refuse('not_found', { what: 'erasure', id: oid });
  const { begunAt, endedAt, pass, place, counts, failures } = search;
  return {
    state: endedAt === null ? 'searching' : 'ended',
    begun_dts: wireDate(begunAt, timeZone),
    ...(endedAt === null ? {} : { ended_dts: wireDate(endedAt, timeZone) }),
    pass,
    ...(place === null ? {} : { place: place.trim() }),
    rows: counts,
    failures,
  };
}

const named = (oid: number) => ({ objectType: 'customer profile', objectId: String(oid) });

async function findCustomer(
  context: Context,
  people: readonly PersonKeeper[],
  oid: number,
): Promise<Person> {
  const person = await findPerson(context, people, { ...noPerson, customerOids: [oid] });
  return person.emails.length > 0 ? person : refuse('not_found', { what: 'customer', id: oid });
}

/** Finds the records of a person, starting from the known ones. */
export async function findPerson(
  { db, merchant }: Context,
  people: readonly PersonKeeper[],
  known: Person,
): Promise<Person> {
  let person = known;
  for (const { find } of people)
    if (find) person = { ...person, ...(await find(db, merchant.merchantId, person)) };
  return person;
}

/**
 * Locks a person's records: auto orders, orders, profiles. Also finds and locks records that were
 * added while it waited for the locks.
 */
export async function lockPerson(
  context: Context,
  people: readonly PersonKeeper[],
  found: Person,
): Promise<Person> {
  const { db, merchant } = context;
  for (const { lock } of people) await lock?.(db, merchant.merchantId, found);
  const again = await findPerson(context, people, found);
  const isSame =
    again.orderIds.length === found.orderIds.length &&
    again.autoOrderOids.length === found.autoOrderOids.length;
  return isSame ? again : lockPerson(context, people, again);
}

/** Returns the reasons why a person's data is still needed, each as a clause. */
export async function findObstacles(
  { db, merchant }: Context,
  people: readonly PersonKeeper[],
  person: Person,
): Promise<string[]> {
  const found: string[] = [];
  for (const { obstacles } of people)
    found.push(...((await obstacles?.(db, merchant.merchantId, person)) ?? []));
  return found;
}

async function refuseObstacles(
  context: Context,
  people: readonly PersonKeeper[],
  person: Person,
): Promise<void> {
  const obstacles = await findObstacles(context, people, person);
  if (obstacles.length === 0) return;
  const shown = obstacles.slice(0, obstaclesShown).join('; ');
  const more =
    obstacles.length > obstaclesShown ? `; and ${obstacles.length - obstaclesShown} more` : '';
  refuse('state_conflict', {
    reason: `The customer cannot be erased yet: ${shown}${more}`,
    fix: 'Cancel the auto orders, complete or reject the orders, wait for results, then repeat the request',
  });
}

const obstaclesShown = 5;

/**
 * Erases a person's locked records, in every table and in the audit log. Without `mentions`,
 * records about something else keep the person's words.
 */
export async function erasePerson(
  context: Context,
  people: readonly PersonKeeper[],
  found: Person,
  { mentions = true }: { readonly mentions?: boolean } = {},
) {
  const { db, merchant } = context;
  const described = await describe(context, people, found);
  const { redactions } = described;
  const person = mentions ? described.person : found;
  const rows: Record<string, number> = {};
  for (const { erase } of people) await erase?.(context, person, redactions);
  for (const place of people.flatMap(({ tables }) => tables)) {
    const redaction = place.isMention ? redactions.mention : redactions.own;
    const count = await eraseRows(db, merchant.merchantId, place, person, redaction);
    if (count > 0) rows[place.table] = (rows[place.table] ?? 0) + count;
  }
  const redacted_entries = await redactEntries(
    db,
    merchant.merchantId,
    person.mentions,
    redactions.mention,
  );
  return { rows, redacted_entries, searched: described.searched };
}

/** Reads the words of a person from the records that describe the person. */
async function describe(context: Context, people: readonly PersonKeeper[], found: Person) {
  const { db, merchant } = context;
  const records: object[] = [];
  for (const place of aboutPeople(people))
    if (describing.has(place.table))
      records.push(...(await readPersonRows(db, merchant.merchantId, place, found)));
  const { own, mentions } = personWords(records);
  const redactions: Redactions = {
    own: redactionOf(own, true),
    mention: redactionOf(mentions, false),
  };
  return {
    person: await findPerson(context, people, { ...found, mentions }),
    redactions,
    searched: searchedWords(records),
  };
}

const describing = new Set(['customer', 'orders', 'auto_order_search']);
