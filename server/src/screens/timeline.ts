import type {
  ChargeAttempt,
  TimelineActor,
  TimelineEntry,
  TimelineMail,
  timelineKinds,
  FieldChange as WireChange,
} from '@perennial/contract/timeline.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { currencyExponent, fromMinor, type Minor } from '../kernel/money.ts';

/** A kind of entry. */
export type TimelineKind = (typeof timelineKinds)[number];

/** The subject of a timeline: auto orders, and the customer who is asked about. */
export interface TimelineScope {
  readonly autoOrderOids: readonly number[];
  readonly customerProfileOid?: number | undefined;
}

/** The position of an entry: its time, then its source, auto order and number there. */
export interface TimelinePlace {
  /** Microseconds since 1970, as text. */
  readonly micros: string;
  readonly rank: number;
  readonly oid: number;
  readonly place: string;
}

/** An entry in the form in which it is read. */
export interface TimelineRow extends TimelinePlace {
  readonly kind: TimelineKind;
  readonly at: Temporal.Instant;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Converts the position of an entry to a cursor, which is also its id. */
export const writePlace = ({ micros, rank, oid, place }: TimelinePlace): string =>
  `${micros}.${rank}.${oid}.${place}`;

/** Parses a cursor; undefined when it is invalid. */
export function readPlace(text: string): TimelinePlace | undefined {
  const match = /^(-?\d{1,17})\.([1-6])\.(\d{1,10})\.(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  const [, micros = '', rank, oid, place = ''] = match;
  return Number(oid) < 2 ** 31
    ? { micros, rank: Number(rank), oid: Number(oid), place }
    : undefined;
}

/** Returns an entry in the wire format. */
export function wireEntry(row: TimelineRow, zone: string): TimelineEntry {
  return {
    entry_id: writePlace(row),
    at_dts: wireDate(row.at, zone),
    kind: row.kind,
    ...(row.oid !== 0 && { auto_order_oid: row.oid }),
    ...partOf(row, zone),
  };
}

function partOf({ kind, rank, facts }: TimelineRow, zone: string): TimelineEntry {
  switch (kind) {
    case 'rebill':
    case 'attempt':
      return chargeEntry(facts, zone, rank === 1);
    case 'mail':
      return mailEntry(facts, zone);
    case 'task':
      return taskEntry(facts);
    case 'delivery':
      return deliveryEntry(facts, zone);
    default:
      return historyEntry(facts);
  }
}

/** The facts about an attempt in a rebill row or in one of its declines. */
type ChargeFacts = Readonly<Record<string, unknown>>;

/** Returns an attempt to charge in the wire format. */
export function wireAttempt(facts: ChargeFacts, zone: string): ChargeAttempt {
  const currency = text(facts['currency']);
  return withoutAbsent({
    number: number(facts['attempt']),
    rebill_number: number(facts['rebill']),
    state: stateOf(facts['state']),
    at_dts: date(facts['at'], zone),
    reason: text(facts['reason']),
    message: text(facts['message']),
    hard: typeof facts['hard'] === 'boolean' ? facts['hard'] : undefined,
    gateway: text(facts['gateway']),
    reference: text(facts['reference']),
    amount: amount(facts['amount'], currency),
    currency_code: currency,
    next_dts: date(facts['next'], zone),
  });
}

const stateOf = (state: unknown): ChargeAttempt['state'] => {
  if (state === 'charging') return 'under way';
  if (state === 'unknown') return 'in doubt';
  return state === 'paid' ? 'paid' : 'declined';
};

function chargeEntry(facts: ChargeFacts, zone: string, isDecline: boolean): TimelineEntry {
  const rebill = number(facts['rebill']);
  const by = text(facts['settled_by']);
  return withoutAbsent({
    title: isDecline ? declineTitle(facts) : chargeTitle(facts),
    rebill_number: rebill,
    order_id: text(facts['order_id']),
    attempt: chargeless.has(facts['state']) ? undefined : wireAttempt(facts, zone),
    actor: by === undefined ? undefined : ({ kind: 'user', name: by } as const),
  });
}

/** The states of a rebill that ended without a charge. */
const chargeless: ReadonlySet<unknown> = new Set(['given up', 'invoiced']);

const declineTitle = (facts: ChargeFacts): string =>
  `Rebill ${facts['rebill']} declined, attempt ${facts['attempt']}: ${text(facts['reason']) ?? 'declined'}`;

function chargeTitle(facts: ChargeFacts): string {
  const rebill = `Rebill ${facts['rebill']}`;
  const currency = text(facts['currency']) ?? '';
  const value = amount(facts['amount'], currency);
  const money =
    value === undefined ? '' : `${value.toFixed(currencyExponent(currency))} ${currency}`;
  switch (facts['state']) {
    case 'paid':
      return `${rebill} paid: ${money}`;
    case 'given up':
      return `${rebill} given up; nothing is charged for it`;
    case 'invoiced':
      return `${rebill} invoiced: ${money}`;
    case 'unknown':
      return `${rebill} in doubt: the gateway has not answered about ${money}`;
    default:
      return `${rebill} is being charged: ${money}`;
  }
}

function mailEntry(facts: ChargeFacts, zone: string): TimelineEntry {
  const mail: TimelineMail = withoutAbsent({
    mail_kind: text(facts['mail_kind']),
    state: mailState(facts),
    email: text(facts['email']),
    subject: text(facts['subject']),
    skip_reason: text(facts['skip_reason']),
    delivered_dts: date(facts['delivered_at'], zone),
    bounced_dts: date(facts['bounced_at'], zone),
  });
  const what = `Mail ${(mail.mail_kind ?? '').replaceAll('_', ' ')} ${mail.state}`;
  return withoutAbsent({
    title: mail.skip_reason === undefined ? what : `${what}: ${mail.skip_reason}`,
    order_id: text(facts['order_id']),
    mail,
  });
}

function mailState(facts: ChargeFacts): NonNullable<TimelineMail['state']> {
  if (text(facts['bounced_at']) !== undefined) return 'bounced';
  if (text(facts['delivered_at']) !== undefined) return 'sent';
  return text(facts['skip_reason']) === undefined ? 'waiting' : 'skipped';
}

const taskEntry = (facts: ChargeFacts): TimelineEntry =>
  withoutAbsent({
    title: `${text(facts['name']) ?? 'Task'}: ${text(facts['message']) ?? ''}`,
    task_uuid: text(facts['task_uuid']),
    actor: withoutAbsent({
      kind: number(facts['user_id']) === undefined ? ('system' as const) : ('user' as const),
      name: text(facts['user_name']),
      user_id: number(facts['user_id']),
      address: text(facts['address']),
    }),
  });

function deliveryEntry(facts: ChargeFacts, zone: string): TimelineEntry {
  const names = (facts['event_names'] as string[] | null) ?? [];
  const { webhook_oid: webhook, success, status_code: status } = facts;
  const outcome = success === true ? 'delivered' : `failed${status == null ? '' : ` (${status})`}`;
  return {
    title: `Webhook ${webhook} ${outcome}: ${[...new Set(names)].join(', ')}`,
    delivery: withoutAbsent({
      webhook_oid: number(webhook),
      success: success === true,
      status_code: number(status),
      event_names: names,
      delivered_dts: date(facts['delivered_at'], zone),
    }),
  };
}

function historyEntry(facts: ChargeFacts): TimelineEntry {
  const actor = facts['actor'] as TimelineActor | null;
  const changes = facts['changes'] as (WireChange & { what?: string })[] | null;
  return withoutAbsent({
    title: text(facts['message']),
    actor: actor ?? undefined,
    changes: changes?.map(({ field, before, after, what }) =>
      withoutAbsent({ field, before, after: after ?? what }),
    ),
  });
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

const amount = (value: unknown, currency: string | undefined): number | undefined =>
  typeof value === 'number' && currency !== undefined
    ? fromMinor(value as Minor, currency)
    : undefined;

function date(value: unknown, zone: string): string | undefined {
  return typeof value === 'string' ? wireDate(Temporal.Instant.from(value), zone) : undefined;
}

type Present<Part> = { [Name in keyof Part]?: Exclude<Part[Name], undefined> };

/** Returns the part without its absent fields, because the wire has no nulls. */
function withoutAbsent<Part extends object>(part: Part): Present<Part> {
  return Object.fromEntries(
    Object.entries(part).filter(([, value]) => value !== undefined),
  ) as Present<Part>;
}
