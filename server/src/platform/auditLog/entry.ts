import { createHash } from 'node:crypto';
import type { Temporal } from 'temporal-polyfill';

/** Who acted: a caller of the API, or a command on the machine. */
export interface AuditActor {
  readonly kind: string;
  readonly name: string;
  readonly userId?: number | undefined;
  readonly applicationId?: string | undefined;
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
}

/** An act that changed something, with the values before it, after it, or both. */
export interface AuditAct {
  /** The operation of the API, or the command. */
  readonly act: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/** An entry of the log as it is stored. */
export interface AuditEntry extends Omit<AuditAct, 'before' | 'after'> {
  readonly merchantId: string;
  readonly entryNumber: number;
  readonly at: Temporal.Instant;
  readonly actor: AuditActor;
  /** JSON texts, because the hash is of the text. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly previousHash: Buffer;
}

/** The merchant id of entries that belong to the installation. No merchant can have this id. */
export const installationLog = '-';

/** The act of an entry that records the removal of old entries. */
export const removalAct = 'removeOldAuditEntries';

/** The last entry of a removal: the first entry that is left follows it in the chain. */
export interface Removed {
  readonly entryNumber: number;
  readonly hash: Buffer;
}

/** The previous hash of a merchant's first entry. */
export const noHash = Buffer.alloc(32);

const nothingRemoved: Removed = { entryNumber: 0, hash: noHash };

/** Returns the hash of an entry: over every field and the hash of the previous entry. */
export function hashOf(entry: AuditEntry): Buffer {
  const { actor } = entry;
  const fields = [
    entry.merchantId,
    entry.entryNumber,
    entry.at.epochMilliseconds,
    actor.kind,
    actor.name,
    actor.userId ?? null,
    actor.applicationId ?? null,
    actor.address ?? null,
    actor.requestId ?? null,
    entry.act,
    entry.objectType,
    entry.objectId,
    entry.before ?? null,
    entry.after ?? null,
    entry.previousHash.toString('hex'),
  ];
  return createHash('sha256').update(JSON.stringify(fields)).digest();
}

/**
 * Returns the fields that differ, each with its values before and after. Secrets are named without
 * values.
 */
export function changedFields(
  before: object | undefined,
  after: object | undefined,
): { before?: string | undefined; after?: string | undefined } {
  const [was, is] = [readable(before), readable(after)];
  if (was === undefined || is === undefined) return { before: jsonOf(was), after: jsonOf(is) };
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]),
  );
  return { before: jsonOf(only(was, names)), after: jsonOf(only(is, names)) };
}

type Fields = Readonly<Record<string, unknown>>;

const jsonOf = (fields: Fields | undefined): string | undefined => fields && JSON.stringify(fields);

const only = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])));

const readable = (value: object | undefined): Fields | undefined =>
  value && (withoutSecrets(JSON.parse(JSON.stringify(value)), '') as Fields);

function withoutSecrets(value: unknown, name: string): unknown {
  if (secretNames.test(name) && value !== null && typeof value !== 'boolean') return '(not shown)';
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, each]) => [field, withoutSecrets(each, field)]),
  );
}

const secretNames = /password|secret|token|credential|_key$|^key$|change_ftp|recovery_codes/i;

/** Where a chain of entries breaks first, and how. */
export interface ChainFault {
  readonly entryNumber: number;
  readonly what: string;
}

/** An entry from which an erasure removed a person, as the entry of the erasure describes it. */
export interface RedactedEntry {
  readonly entry_number: number;
  /** The {@link hashOf} the entry with the new texts, in hexadecimal. */
  readonly hash: string;
}

/** The last redaction of each redacted entry by its number, with the entry that records it. */
export type Redacted = ReadonlyMap<number, { readonly hash: string; readonly by: number }>;

/**
 * Checks the entries of one merchant in their order, one after the other. A redacted entry keeps
 * its hash, because the chain needs it; a later entry records the hash of its new texts.
 */
export class ChainCheck {
  #number: number;
  #hash: Buffer;
  readonly #redacted: Redacted;
  readonly #removed: Removed;
  /** The text of the newest entry that records a removal. */
  #stated: string | undefined;

  /** `removed` is the removal that the head of the log records. */
  constructor(redacted: Redacted = new Map(), removed = nothingRemoved) {
    this.#redacted = redacted;
    this.#removed = removed;
    this.#number = removed.entryNumber;
    this.#hash = removed.hash;
  }

  /** Takes the next entry and its stored hash. Returns what is wrong with it. */
  next(entry: AuditEntry, stored: Buffer): ChainFault | undefined {
    const { entryNumber } = entry;
    const missing = this.#number + 1;
    if (entryNumber !== missing)
      return { entryNumber: missing, what: `is missing; entry ${entryNumber} follows` };
    if (!entry.previousHash.equals(this.#hash))
      return { entryNumber, what: 'does not follow from the entry before' };
    const hash = hashOf(entry);
    if (!hash.equals(stored) && !this.#isRedacted(entryNumber, hash))
      return { entryNumber, what: 'was changed' };
    this.#number = entryNumber;
    this.#hash = stored;
    if (entry.act === removalAct) this.#stated = entry.after;
    return undefined;
  }

  #isRedacted(entryNumber: number, hash: Buffer): boolean {
    const statement = this.#redacted.get(entryNumber);
    return (
      statement !== undefined &&
      statement.by > entryNumber &&
      statement.hash === hash.toString('hex')
    );
  }

  /** Compares the last entry with the stored head. Returns what is wrong. */
  end(head: { entryNumber: number; hash: Buffer } | undefined): ChainFault | undefined {
    const { entryNumber = 0, hash = noHash } = head ?? {};
    if (entryNumber !== this.#number)
      return { entryNumber: this.#number + 1, what: `is missing; the last one is ${entryNumber}` };
    if (!hash.equals(this.#hash)) return { entryNumber, what: 'differs from the head of the log' };
    return this.#isRemovalStated()
      ? undefined
      : { entryNumber: 1, what: 'and later ones were removed, and no entry of a removal says so' };
  }

  /** Without such an entry, a person who can write to the head could remove the beginning. */
  #isRemovalStated(): boolean {
    const { entryNumber, hash } = this.#removed;
    const stated = this.#stated === undefined ? undefined : JSON.parse(this.#stated);
    return entryNumber === 0
      ? stated === undefined
      : stated?.through_entry === entryNumber && stated.hash === hash.toString('hex');
  }

  /** The number of entries that were checked. */
  get count(): number {
    return this.#number - this.#removed.entryNumber;
  }
}
