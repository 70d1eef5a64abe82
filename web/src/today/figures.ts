import type { Overview } from '@perennial/contract/screens.ts';
import { dayOf } from '../kit/moment.ts';
import type { Tone } from '../kit/tone.ts';
import type { UrlState } from '../kit/urlCodec.ts';
import { paths } from '../paths.ts';

/** A number of the page, and the list whose rows it counts. */
export interface Figure {
  readonly label: string;
  readonly count: number;
  readonly to: string;
  readonly search: UrlState;
}

/** True if the number needs attention unless it is 0. */
export interface Concern extends Figure {
  /** The tone when it is not 0. */
  readonly tone: Tone;
  /** The meaning of the number, or the measures in progress. */
  readonly words: string;
  /** Parts of the number. */
  readonly parts?: readonly Figure[];
}

/** At the greatest count of the overview, the number may be higher. */
const countMax = 10_000;

/** Returns whether more may match than were counted. */
export const isMore = (count: number): boolean => count >= countMax;

const ofAutoOrders = (label: string, count: number, search: UrlState): Figure => ({
  label,
  count,
  to: paths.autoOrders,
  search,
});

/**
 * Shipments today, including overdue ones, and tomorrow. Undefined: the person may not see them.
 */
export function dueFigures(overview: Overview, zone: string) {
  const { due_today: today, due_tomorrow: tomorrow, as_of_dts: asOf } = overview;
  if (!today || !tomorrow || asOf === undefined) return undefined;
  const day = dayOf(asOf, zone);
  const next = dayAfter(day);
  return [
    {
      ...ofAutoOrders('Today', today.rebills ?? 0, { state: 'active', next: `..${day}` }),
      due: today,
    },
    {
      ...ofAutoOrders('Tomorrow', tomorrow.rebills ?? 0, {
        state: 'active',
        next: `${next}..${next}`,
      }),
      due: tomorrow,
    },
  ];
}

/** `2026-02-28` → `2026-03-01`. */
export const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** The number of auto orders in each state that has not ended. */
export function stateFigures({ active, retrying, paused }: Overview): Figure[] {
  if (active === undefined) return [];
  return [
    ofAutoOrders('Active', active, { state: 'active' }),
    ofAutoOrders('Retrying', retrying ?? 0, { state: 'retrying' }),
    ofAutoOrders('Paused', paused ?? 0, { state: 'paused' }),
  ];
}

/** The open tasks by assignee. */
export function taskFigures({ tasks }: Overview): Figure[] {
  if (!tasks) return [];
  const { mine = 0, groups = 0, unassigned = 0, overdue = 0 } = tasks;
  const ofTasks = (label: string, count: number, search: UrlState): Figure => ({
    label,
    count,
    to: paths.tasks,
    search: { status: 'open', ...search },
  });
  return [
    ofTasks('mine', mine, { who: 'me', sort: 'due_dts' }),
    ofTasks('of my groups', groups, { who: 'groups', sort: '-priority' }),
    ofTasks('not assigned', unassigned, { who: 'none', sort: '-priority' }),
    ofTasks('overdue', overdue, { overdue: 'yes', sort: 'due_dts' }),
  ];
}

/**
 * The figures that may need attention, most important first, without those the person may not see.
 */
export function concerns(overview: Overview): Concern[] {
  const { declines, parked, in_doubt: inDoubt, mails_bounced: bounced } = overview;
  const { webhooks_failing: failing } = overview;
  return [
    ...(declines ? [declineConcern(declines)] : []),
    ...(parked === undefined
      ? []
      : [
          {
            ...ofAutoOrders('Parked', parked, { state: 'parked' }),
            tone: 'bad' as const,
            words: 'cannot be billed until a fault is fixed',
          },
        ]),
    ...(inDoubt === undefined
      ? []
      : [
          {
            ...ofAutoOrders('In doubt', inDoubt, { state: 'in_doubt' }),
            tone: 'warn' as const,
            words: 'asked again; nothing is charged twice',
          },
        ]),
    ...orderConcerns(overview),
    ...(bounced === undefined
      ? []
      : [
          {
            ...ofAutoOrders('Mails bounced', bounced, { bounced: '24' }),
            tone: 'warn' as const,
            words: 'in the last 24 hours',
          },
        ]),
    ...(failing === undefined
      ? []
      : [
          {
            label: 'Webhooks failing',
            count: failing,
            to: paths.webhooks,
            search: { state: 'failing' },
            tone: 'warn' as const,
            words: 'events wait; nothing is lost',
          },
        ]),
  ];
}

/** Orders that need an action by a person. */
function orderConcerns({ orders }: Overview): Concern[] {
  if (orders === undefined) return [];
  const of = (label: string, count: number, stage: string | string[], words: string): Concern => ({
    label,
    count,
    to: paths.orders,
    search: { stage },
    tone: 'note',
    words,
  });
  return [
    of('Orders to ship', orders.to_ship ?? 0, 'Shipping Department', 'wait for a shipment'),
    of('Orders owed', orders.owed ?? 0, 'Accounts Receivable', 'wait for their money'),
    of('Orders held', orders.held ?? 0, ['Fraud Review', 'Hold'], 'wait for a decision'),
  ];
}

function declineConcern({
  count = 0,
  retrying = 0,
  ended = 0,
}: NonNullable<Overview['declines']>): Concern {
  const declined = { declined: '24' };
  const ends = ['completed', 'canceled', 'disabled', 'merged'];
  return {
    ...ofAutoOrders('Declined', count, declined),
    tone: 'warn',
    words: 'in the last 24 hours',
    parts: [
      ofAutoOrders('retried', retrying, { state: 'retrying', ...declined }),
      ofAutoOrders('ended', ended, { state: ends, ...declined }),
    ],
  };
}
