import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ForeignDatabaseError } from '../platform/foreignDatabase.ts';
import { makeFolders } from '../platform/makeFolders.ts';
import type { DeclineReason } from './gateway.ts';
import { type Behaviour, behaviourOf } from './simulatorCards.ts';

/** A charge in the simulator's books. Amounts are in minor units. */
export interface BookedCharge {
  /** The merchant's gateway that it simulates. Each has separate books. */
  readonly account: string;
  readonly key: string;
  readonly reference: string;
  readonly merchantId: string;
  readonly amount: number;
  readonly currency: string;
  readonly cardToken: string;
  readonly orderReference: string;
  /** The reason of a decline. Absent: the charge was captured. */
  readonly declined?: DeclineReason;
  /** It waits for its customer, and nothing is captured yet. */
  readonly isOpen?: true;
  readonly refunded: number;
  /** The dispute of the charge. A charge has at most one. */
  readonly dispute?: BookedDispute;
}

/** A hold in the simulator's books: an amount that was authorized and is never captured. */
export interface BookedHold extends ChargeOrder {
  readonly reference: string;
  /** The reason of a decline. Absent: the amount was held. */
  readonly declined?: DeclineReason;
  /** How often the amount was given back: 0 or 1. */
  readonly releases: number;
}

/** A dispute in the simulator's books. */
export interface BookedDispute {
  readonly reference: string;
  readonly amount: number;
  readonly state: 'open' | 'won' | 'lost';
  readonly reason?: string;
}

/** Something that a person or a customer does at the gateway itself. */
export interface OutsideAction {
  readonly merchantId: string;
  /** The order that the charge paid for. */
  readonly orderReference: string;
  readonly action: 'refund' | 'dispute' | 'win dispute' | 'lose dispute';
  /** In minor units. Absent: what is left of the charge. */
  readonly amount?: number | undefined;
  readonly reason?: string | undefined;
}

/** A customer's choice about a payment that waits for it. */
export interface CustomerChoice {
  readonly merchantId: string;
  readonly reference: string;
  readonly isConfirmed: boolean;
}

/** The books' entry of an action. */
export type OutsideAnswer =
  | { readonly kind: 'done'; readonly charge: BookedCharge }
  | { readonly kind: 'refused'; readonly message: string };

/** A charge as it is requested. */
export type ChargeOrder = Omit<
  BookedCharge,
  'reference' | 'declined' | 'isOpen' | 'refunded' | 'dispute'
>;

/** A refund, as the books get it. */
export interface RefundOrder {
  readonly account: string;
  readonly key: string;
  readonly reference: string;
  readonly amount: number;
}

/** The books' entry of a charge. */
export type BookAnswer =
  | { readonly kind: 'charge'; readonly charge: BookedCharge; readonly delayMs: number }
  /** The caller gets no answer. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'absent' }
  /** The key belongs to a different charge. */
  | { readonly kind: 'conflict' };

/** The books' entry of a hold. */
export type HoldBookAnswer =
  | { readonly kind: 'hold'; readonly hold: BookedHold; readonly delayMs: number }
  | Exclude<BookAnswer, { readonly kind: 'charge' }>;

/** The books' entry of a refund. */
export type RefundBookAnswer =
  | { readonly kind: 'refunded'; readonly reference: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'lost' };

/**
 * The simulator's own books, separate from our tables. They are the authority on what was captured,
 * by key. They are kept in memory. With a file, every entry is appended before it is answered. The
 * file is read at the start. Entries that another server on the same `DATA_DIR` has appended are
 * read before each answer.
 */
export class SimulatorBooks {
  readonly #charges = new Map<string, BookedCharge>();
  readonly #byReference = new Map<string, BookedCharge>();
  readonly #holds = new Map<string, BookedHold>();
  readonly #refunds = new Map<string, string>();
  readonly #declines = new Map<string, number>();
  readonly #lostOnce = new Set<string>();
  readonly #scripts = new Map<string, Behaviour[]>();
  #isDown = false;
  readonly #file: number | undefined;
  readonly #path: string;
  /** The bytes of the file whose entries are in memory. */
  #readTo = 0;

  constructor(path?: string, { isReadOnly = false }: { isReadOnly?: boolean | undefined } = {}) {
    this.#path = path ?? '';
    if (path === undefined) return;
    if (!isReadOnly) makeFolders(dirname(path), 0o700);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // A crash may cut off the last line. It was never answered, so it is omitted.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const [at, line] of whole.split('\n').entries())
      if (line !== '') this.#apply(entryOf(line, path, at + 1));
    if (isReadOnly) return;
    this.#file = openSync(path, 'a+', 0o600);
    // Books of an earlier release were open to the machine's other accounts.
    fchmodSync(this.#file, 0o600);
    this.#readTo = Buffer.byteLength(whole);
    // Unless another server has just appended something.
    if (fstatSync(this.#file).size === Buffer.byteLength(text))
      ftruncateSync(this.#file, this.#readTo);
  }

  /** Charges once per key. A repetition is answered from the books. */
  charge(order: ChargeOrder): BookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const id = idOf(order);
    const booked = this.#charges.get(id);
    if (booked)
      return isSameCharge(booked, order)
        ? { kind: 'charge', charge: booked, delayMs: 0 }
        : { kind: 'conflict' };
    return this.#carryOut(order, this.#behaviour(order, id), id);
  }

  /** Returns what the books hold for a key. */
  find(account: string, key: string): BookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const charge = this.#charges.get(idOf({ account, key }));
    return charge ? { kind: 'charge', charge, delayMs: 0 } : { kind: 'absent' };
  }

  /** Gives up a payment that waits for its customer. A payment that has ended does not change. */
  cancel(reference: string): BookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const charge = this.#byReference.get(reference);
    if (charge === undefined) return { kind: 'absent' };
    return this.#end(charge, 'authentication required');
  }

  /**
   * Captures a payment that waits for its customer, who has confirmed it. A customer who refuses it
   * may still confirm it later. A payment that has ended does not change.
   */
  confirm({ merchantId, reference, isConfirmed }: CustomerChoice): BookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const charge = this.#byReference.get(reference);
    if (charge === undefined || charge.merchantId !== merchantId) return { kind: 'absent' };
    if (!isConfirmed) return { kind: 'charge', charge, delayMs: 0 };
    return this.#end(charge);
  }

  #end(charge: BookedCharge, declined?: DeclineReason): BookAnswer {
    const { isOpen, ...rest } = charge;
    if (!isOpen) return { kind: 'charge', charge, delayMs: 0 };
    const ended = declined === undefined ? rest : { ...rest, declined };
    this.#write({ kind: 'end', charge: ended });
    return { kind: 'charge', charge: ended, delayMs: 0 };
  }

  /** Refunds at most what is left of a capture, once per key. */
  refund(order: RefundOrder): RefundBookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const known = this.#refunds.get(idOf(order));
    if (known !== undefined) return { kind: 'refunded', reference: known };
    const charge = this.#byReference.get(order.reference);
    if (!charge || charge.declined || charge.isOpen)
      return { kind: 'refused', message: `there is no capture ${order.reference}` };
    const left = charge.amount - charge.refunded;
    if (order.amount > left)
      return {
        kind: 'refused',
        message: `only ${left} minor units of ${order.reference} are left to refund`,
      };
    const reference = referenceOf('simr', order);
    this.#write({ kind: 'refund', refund: order, reference });
    return { kind: 'refunded', reference };
  }

  /** Holds an amount once per key. Its card behaves as it does for charges. */
  hold(order: ChargeOrder): HoldBookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const id = idOf(order);
    const booked = this.#holds.get(id);
    if (booked) return isSameCharge(booked, order) ? heldAnswer(booked) : { kind: 'conflict' };
    const behaviour = this.#behaviour(order, id);
    if (behaviour.kind === 'time out') {
      this.#lostOnce.add(id);
      if (behaviour.when === 'after capture') this.#bookHold(order);
      return lost;
    }
    if (behaviour.kind === 'decline') return heldAnswer(this.#bookHold(order, behaviour.reason));
    if (behaviour.kind === 'confirm')
      return heldAnswer(this.#bookHold(order, 'authentication required'));
    const delayMs = behaviour.kind === 'slow' ? behaviour.delayMs : 0;
    return { ...heldAnswer(this.#bookHold(order)), delayMs };
  }

  /** Returns the books' entry of a hold. */
  findHold(account: string, key: string): HoldBookAnswer {
    if (this.#isDown) return lost;
    this.#catchUp();
    const hold = this.#holds.get(idOf({ account, key }));
    return hold ? heldAnswer(hold) : { kind: 'absent' };
  }

  /** Gives a hold back, once. */
  release(account: string, key: string): HoldBookAnswer {
    const found = this.findHold(account, key);
    if (found.kind !== 'hold' || found.hold.declined || found.hold.releases > 0) return found;
    const hold = { ...found.hold, releases: 1 };
    this.#write({ kind: 'hold', hold });
    return heldAnswer(hold);
  }

  /**
   * Returns every hold, including the declined and the released ones, in the order of the books.
   */
  holds(): BookedHold[] {
    return [...this.#holds.values()];
  }

  #bookHold(order: ChargeOrder, declined?: DeclineReason): BookedHold {
    const reference = referenceOf('simh', order);
    const hold = { ...order, reference, ...(declined && { declined }), releases: 0 };
    this.#write({ kind: 'hold', hold });
    return hold;
  }

  /** Refunds or disputes a capture, as people do in a gateway's own pages and at banks. */
  act({ merchantId, orderReference, action, amount, reason }: OutsideAction): OutsideAnswer {
    const charge = this.captures().findLast(
      (each) => each.merchantId === merchantId && each.orderReference === orderReference,
    );
    if (charge === undefined) return refused(`there is no capture for ${orderReference}`);
    const left = charge.amount - charge.refunded;
    const moved = amount ?? left;
    switch (action) {
      case 'refund': {
        if (moved <= 0 || moved > left) return refused(`${left} minor units are left to refund`);
        const { account, reference } = charge;
        const key = `outside:${reference}:${charge.refunded + moved}`;
        this.refund({ account, key, reference, amount: moved });
        break;
      }
      case 'dispute':
        if (charge.dispute) return refused(`${orderReference} was disputed before`);
        if (moved <= 0 || moved > charge.amount)
          return refused(`${charge.amount} minor units were captured`);
        this.#dispute(charge, {
          reference: referenceOf('simd', charge),
          amount: moved,
          state: 'open',
          ...(reason === undefined ? {} : { reason }),
        });
        break;
      default:
        if (charge.dispute?.state !== 'open')
          return refused(`${orderReference} has no open dispute`);
        this.#dispute(charge, {
          ...charge.dispute,
          state: action === 'win dispute' ? 'won' : 'lost',
        });
    }
    return { kind: 'done', charge: this.#byReference.get(charge.reference) ?? charge };
  }

  #dispute({ reference }: BookedCharge, dispute: BookedDispute): void {
    this.#write({ kind: 'dispute', reference, dispute });
  }

  /** Returns every capture with its key, in the order of the books. */
  captures(): BookedCharge[] {
    this.#catchUp();
    return [...this.#charges.values()].filter(
      (charge) => charge.declined === undefined && !charge.isOpen,
    );
  }

  /** Returns every charge that was decided, including declined ones. */
  charges(): BookedCharge[] {
    return [...this.#charges.values()];
  }

  /**
   * Makes the next new charges of a card behave like this, one after the other. Then its token
   * decides again.
   */
  script(cardToken: string, behaviours: readonly Behaviour[]): void {
    this.#scripts.set(cardToken, [...behaviours]);
  }

  /**
   * Starts or ends an outage. While the simulator is down, it captures nothing and gives no answer.
   */
  setDown(isDown: boolean): void {
    this.#isDown = isDown;
  }

  /** Deletes all entries, including the file's. For tests. */
  reset(): void {
    if (this.#file !== undefined) ftruncateSync(this.#file);
    this.#readTo = 0;
    for (const each of [
      this.#charges,
      this.#byReference,
      this.#holds,
      this.#refunds,
      this.#declines,
      this.#lostOnce,
      this.#scripts,
    ])
      each.clear();
    this.#isDown = false;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #behaviour(order: ChargeOrder, id: string): Behaviour {
    const behaviour =
      this.#scripts.get(order.cardToken)?.shift() ??
      behaviourOf(order.cardToken, {
        key: order.key,
        declinesBefore: this.#declines.get(order.cardToken) ?? 0,
      });
    return this.#lostOnce.has(id) && behaviour.kind === 'time out' && behaviour.when !== 'always'
      ? { kind: 'approve' }
      : behaviour;
  }

  #carryOut(order: ChargeOrder, behaviour: Behaviour, id: string): BookAnswer {
    switch (behaviour.kind) {
      case 'approve':
        return { kind: 'charge', charge: this.#book(order), delayMs: 0 };
      case 'slow':
        return { kind: 'charge', charge: this.#book(order), delayMs: behaviour.delayMs };
      case 'decline':
        return {
          kind: 'charge',
          charge: this.#book(order, { declined: behaviour.reason }),
          delayMs: 0,
        };
      case 'confirm':
        return { kind: 'charge', charge: this.#book(order, { isOpen: true }), delayMs: 0 };
      case 'time out':
        this.#lostOnce.add(id);
        if (behaviour.when === 'after capture') this.#book(order);
        return lost;
    }
  }

  #book(order: ChargeOrder, outcome: Pick<BookedCharge, 'declined' | 'isOpen'> = {}): BookedCharge {
    const charge: BookedCharge = {
      ...order,
      reference: referenceOf('sim', order),
      ...outcome,
      refunded: 0,
    };
    this.#write({ kind: 'charge', charge });
    return charge;
  }

  #write(entry: Entry): void {
    if (this.#file === undefined) return this.#apply(entry);
    const end = this.#append(this.#file, `${JSON.stringify(entry)}\n`);
    // When another server wrote at the same moment, both entries are read.
    if (end === undefined) return this.#catchUp();
    this.#apply(entry);
    this.#readTo = end;
  }

  /** Reads what another server has appended to the file. */
  #catchUp(): void {
    if (this.#file === undefined) return;
    const { size } = fstatSync(this.#file);
    if (size <= this.#readTo) return;
    const tail = Buffer.alloc(size - this.#readTo);
    const bytes = readSync(this.#file, tail, 0, tail.length, this.#readTo);
    const whole = tail.subarray(0, tail.subarray(0, bytes).lastIndexOf('\n') + 1);
    for (const line of whole.toString().split('\n'))
      if (line !== '') this.#apply(entryOf(line, this.#path));
    this.#readTo += whole.length;
  }

  /**
   * When a full disk stores only part of a line, that part is removed, so that the next entry
   * starts a new line. The charge fails and is not made. Returns where the line ends, if it follows
   * what was read.
   */
  #append(file: number, line: string): number | undefined {
    const bytes = Buffer.from(line);
    const { size } = fstatSync(file);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    } catch (error) {
      ftruncateSync(file, size);
      throw error;
    }
    const end = size + bytes.length;
    return size === this.#readTo && fstatSync(file).size === end ? end : undefined;
  }

  #apply(entry: Entry): void {
    if (entry.kind === 'charge' || entry.kind === 'end') return this.#keep(entry.charge);
    if (entry.kind === 'hold') {
      this.#holds.set(idOf(entry.hold), entry.hold);
      return;
    }
    if (entry.kind === 'dispute') {
      const disputed = this.#byReference.get(entry.reference);
      if (disputed) this.#keep({ ...disputed, dispute: entry.dispute });
      return;
    }
    const { refund, reference } = entry;
    const charge = this.#byReference.get(refund.reference);
    if (charge) this.#keep({ ...charge, refunded: charge.refunded + refund.amount });
    this.#refunds.set(idOf(refund), reference);
  }

  #keep(charge: BookedCharge): void {
    const id = idOf(charge);
    if (charge.declined && !this.#charges.has(id))
      this.#declines.set(charge.cardToken, (this.#declines.get(charge.cardToken) ?? 0) + 1);
    this.#charges.set(id, charge);
    this.#byReference.set(charge.reference, charge);
  }
}

type Entry =
  | { readonly kind: 'charge'; readonly charge: BookedCharge }
  /** The customer confirmed the payment, or it was given up. */
  | { readonly kind: 'end'; readonly charge: BookedCharge }
  /** An amount is held, or given back. */
  | { readonly kind: 'hold'; readonly hold: BookedHold }
  | { readonly kind: 'refund'; readonly refund: RefundOrder; readonly reference: string }
  | { readonly kind: 'dispute'; readonly reference: string; readonly dispute: BookedDispute };

const heldAnswer = (hold: BookedHold) => ({ kind: 'hold', hold, delayMs: 0 }) as const;

const refused = (message: string) => ({ kind: 'refused', message }) as const;

const lost = { kind: 'lost' } as const;

function entryOf(line: string, path: string, at?: number): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (cause) {
    throw new ForeignDatabaseError(
      `${at === undefined ? 'a line' : `line ${at}`} of ${path} cannot be read; the simulator's ` +
        'books are damaged: put back a copy, or delete that line if the charge in it does not matter',
      { cause },
    );
  }
}

const idOf = ({ account, key }: { account: string; key: string }): string => `${account}\n${key}`;

function isSameCharge(booked: ChargeOrder, order: ChargeOrder): boolean {
  return (
    booked.amount === order.amount &&
    booked.currency === order.currency &&
    booked.cardToken === order.cardToken
  );
}

/** Returns whether a gateway's id of a charge belongs to the simulator. */
export const isSimulatorReference = (reference: string): boolean => reference.startsWith('sim_');

/** The reference follows from the key alone, so a replayed run has the same references. */
function referenceOf(prefix: string, order: { account: string; key: string }): string {
  return `${prefix}_${createHash('sha256').update(idOf(order)).digest('hex').slice(0, 20)}`;
}
