/*
 * Describes where personal data is stored. Each feature lists its tables with their data about
 * customers and with what an erasure does there. The export and the erasure read the same lists,
 * and a test compares them with every column of the database, so a new column that may contain
 * personal data cannot be forgotten.
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
  /** The emails of the profiles, in lower case. */
  readonly emails: readonly string[];
  /**
   * Texts that name only this person: emails, phones, full names and street lines, in lower case.
   * Records about something else are searched for them.
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
 * The lists of a person that rows are matched against. `objects` contains texts such as `order
 * DEMO-1`, `mentioningObjects` those of {@link Person.mentioningTaskUuids}.
 */
export type Match = keyof Person | 'objects' | 'mentioningObjects';

/**
 * The rule by which an erasure changes a column. `json`, `jsonb` and `jsonText` (JSON in a text
 * column): fields about people are removed, and the person's words in all other text. `text`: the
 * person's words are removed. `texts`: the same in each text of a list. `facets`: only facets that
 * name no person stay. `null`: the value is removed. `to`: an SQL literal or an immutable
 * expression replaces it.
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

/** Rows of a table that may contain personal data. */
export interface PersonTable {
  readonly table: string;
  /** The columns of the primary key after merchant_id. */
  readonly key: readonly string[];
  /** The condition on the rows; `$2` is the list that `match` names. */
  readonly where: string;
  readonly match: Match;
  /** True: the rows are about something else and only mention the person. */
  readonly isMention?: true;
  /** The rule of each column. Absent: the rows are deleted. */
  readonly columns?: Readonly<Record<string, ColumnRule>>;
  /** Text columns without personal data: codes, states and keys, by name. */
  readonly kept?: string;
  /** Columns that no export shows, because they let the reader charge a card or act as someone. */
  readonly secrets?: readonly string[];
}

/** The personal data in a feature: its tables, and the reasons that prevent an erasure. */
export interface PersonKeeper {
  readonly tables: readonly PersonTable[];
  /**
   * Finds more of a person's records, starting from those found before. Called again when {@link
   * Person.mentions} are known.
   */
  find?(db: Database, merchantId: string, found: Person): Promise<Partial<Person>>;
  /** Locks records in the order of their keys, so that nothing new begins on them. */
  lock?(tx: Database, merchantId: string, person: Person): Promise<void>;
  /**
   * Returns the reasons why the person's data is still needed, each as a clause in present tense.
   */
  obstacles?(db: Database, merchantId: string, person: Person): Promise<string[]>;
  /**
   * Erases data outside plain columns, before the tables are erased. Returns the number of changes.
   */
  erase?(context: Context, person: Person, redactions: Redactions): Promise<number>;
}

/** The two ways of removing a person. */
export interface Redactions {
  /** For records about the person: removes fields about people and each word of the person. */
  readonly own: Redaction;
  /** For records about something else: removes only {@link Person.mentions}. */
  readonly mention: Redaction;
}

/** Returns the same rule for several columns. */
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

/** Returns the condition that texts contain one of the mentions in a parameter. */
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
