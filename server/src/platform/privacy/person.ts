/*
 * Where people are. Each feature lists its tables with what they hold of a customer and what an
 * erasure does there. The export and the erasure read the same lists, and a test compares them with
 * every column of the database, so a new column that may hold a person cannot be forgotten.
 */
import type { Context } from '../context.ts';
import type { Database } from '../storage/database.ts';
import type { Redaction } from './redaction.ts';

/** Identifies the records of one person, or of the people of a batch of old orders. */
export interface Person {
  readonly customerOids: readonly number[];
  readonly autoOrderOids: readonly number[];
  readonly orderIds: readonly string[];
  readonly disputeOids: readonly number[];
  readonly taskUuids: readonly string[];
  /** Tasks about something else that mention the person. */
  readonly mentioningTaskUuids: readonly string[];
  /** The emails of the profiles, in small letters. */
  readonly emails: readonly string[];
  /**
   * Texts that name the person and no other: emails, phones, full names and street lines, in small
   * letters. They are looked for in records about something else.
   */
  readonly mentions: readonly string[];
}

/** A person without records. */
export const noPerson: Person = {
  customerOids: [],
  autoOrderOids: [],
  orderIds: [],
  disputeOids: [],
  taskUuids: [],
  mentioningTaskUuids: [],
  emails: [],
  mentions: [],
};

/**
 * The lists of a person by which rows are found. `objects` are texts such as `order DEMO-1`,
 * `mentioningObjects` those of {@link Person.mentioningTaskUuids}.
 */
export type Match = keyof Person | 'objects' | 'mentioningObjects';

/**
 * The rule by which an erasure changes a column. `json`, `jsonb` and `jsonText` (JSON in a text
 * column): fields about people are removed, and words of the person in all other text. `text`: the
 * words. `texts`: the words of each text of a list. `facets`: only those that name no person stay.
 * `null`: the value is removed. `to`: an SQL literal or an immutable expression replaces it.
 */
export type ColumnRule =
  | 'json'
  | 'jsonb'
  | 'jsonText'
  | 'text'
  | 'texts'
  | 'facets'
  | 'null'
  | { readonly to: string };

/** Rows of a table that may hold a person. */
export interface PersonTable {
  readonly table: string;
  /** The columns of the primary key after merchant_id. */
  readonly key: readonly string[];
  /** The condition on the rows; `$2` is the list of `match`. */
  readonly where: string;
  readonly match: Match;
  /** True: the rows are about something else and only mention the person. */
  readonly isMention?: true;
  /** The rule of each column. Absent: the rows are deleted. */
  readonly columns?: Readonly<Record<string, ColumnRule>>;
  /** Columns of text that hold no person: codes, states and keys, by name. */
  readonly kept?: string;
  /** Columns that no export shows: they let the reader charge a card or act as someone. */
  readonly secrets?: readonly string[];
}

/** The personal data in a feature: its tables, and why a person cannot be erased yet. */
export interface PersonKeeper {
  readonly tables: readonly PersonTable[];
  /**
   * Finds more of a person's records from those that were found before. It is called again when
   * {@link Person.mentions} are known.
   */
  find?(db: Database, merchantId: string, found: Person): Promise<Partial<Person>>;
  /** Locks records in the order of their keys, so that nothing begins on them meanwhile. */
  lock?(tx: Database, merchantId: string, person: Person): Promise<void>;
  /** Returns what still needs the person, each as a clause in present tense. */
  obstacles?(db: Database, merchantId: string, person: Person): Promise<string[]>;
  /** Erases what is not in a plain column, before the tables are erased. Returns the number of changes. */
  erase?(context: Context, person: Person, redactions: Redactions): Promise<number>;
}

/** The two ways of taking a person out. */
export interface Redactions {
  /** In records about the person: fields about people go, and each word of the person. */
  readonly own: Redaction;
  /** In records about something else: only {@link Person.mentions} are removed. */
  readonly mention: Redaction;
}

/** Returns rules of the same kind for several columns. */
export const columnsAs = (rule: ColumnRule, names: string): Readonly<Record<string, ColumnRule>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** Rows of these orders. */
export const byOrder = { where: 'order_id = any($2::text[])', match: 'orderIds' } as const;

/** Rows of these auto orders. */
export const byAutoOrder = {
  where: 'auto_order_oid = any($2::int[])',
  match: 'autoOrderOids',
} as const;

/** Rows of these profiles. */
export const byCustomer = {
  where: 'customer_profile_oid = any($2::int[])',
  match: 'customerOids',
} as const;

/** Returns the condition that texts contain one of the mentions that a parameter lists. */
export const mentionsIn = (columns: string, parameter = '$2'): string =>
  `exists (select from unnest(${parameter}::text[]) as m (mention)
     where position(m.mention in lower(concat_ws(' ', ${columns}))) > 0)`;

/** Rows about something else whose texts mention the person. */
export const byMention = (columns: string) =>
  ({
    where: mentionsIn(columns),
    match: 'mentions',
    isMention: true,
  }) as const;
