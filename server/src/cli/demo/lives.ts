import type { Frequency } from '@perennial/contract/frequency.ts';
import type { OrderItemOption } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import { momentOf, msPerDay, wallOf } from '../../kernel/calendar.ts';
import type { DeclineReason } from '../../payments/gateway.ts';
import { grounds, largeBagCost, type Offer, offers, singles } from './catalogue.ts';
import { type DemoCustomer, makePerson } from './people.ts';
import type { Random } from './random.ts';
import { clubItems, endedDays, usedCoupons } from './selling.ts';

/**
 * A purchase and its future, decided before anything is simulated. Moments are milliseconds since
 * 1970.
 */
export interface Life {
  readonly person: DemoCustomer;
  readonly orderedAtMs: number;
  readonly theme: string;
  readonly lines: readonly BoughtLine[];
  readonly card: Card;
  /** The code of a coupon on the first order. */
  readonly coupon?: string | undefined;
  /** In dollars. */
  readonly shipping: number;
  /** The rebills whose first charges are declined, and the number of declines. */
  readonly declines: readonly {
    readonly rebillNumber: number;
    readonly times: number;
    readonly reason: DeclineReason;
  }[];
  /** The later acts of the customer. */
  readonly acts: readonly Act[];
  /** The terms that staff agreed with the customer right after the order. */
  readonly terms: Terms;
}

/** One line of a first order. */
export interface BoughtLine {
  readonly itemId: string;
  readonly quantity: number;
  /** Absent for items that are bought once, and for items with steps. */
  readonly schedule?: Frequency;
  readonly options?: readonly OrderItemOption[];
}

/** The card with which a person pays. */
export interface Card {
  readonly type: 'AMEX' | 'Discover' | 'MasterCard' | 'VISA';
  readonly lastFour: string;
  readonly token: string;
  readonly expirationMonth: number;
  readonly expirationYear: number;
  /** The moment from which every charge is declined. */
  readonly fails?: { readonly fromMs: number; readonly reason: DeclineReason } | undefined;
}

/** A person's later act on an auto order, and its moment. */
export type Act =
  | {
      readonly kind: 'cancel';
      readonly atMs: number;
      readonly byCustomer: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'disable' | 'pause' | 'resume'; readonly atMs: number }
  /** The items move to an older auto order of the same person, if one is still active. */
  | { readonly kind: 'merge'; readonly atMs: number };

/** Special terms of an auto order; most have none. */
export interface Terms {
  /** 0–100. */
  readonly percentageDiscount?: number;
  /** An item that ships with this number of the first rebills. */
  readonly addOn?: { readonly itemId: string; readonly nextXOrders: number };
  readonly cancelAfterNextXOrders?: number;
}

/** The number of auto orders, and their age. */
export interface LivesRequest {
  readonly random: Random;
  readonly autoOrders: number;
  readonly now: Temporal.Instant;
  readonly zone: string;
  /** The age of the oldest order, in days. */
  readonly daysMax: number;
  /** The number of the first person's profile. {@link peopleOfLives} returns the people. */
  readonly firstCustomer: number;
}

/** Returns all purchases, in the order of their moments: recurring ones, and a few that are not. */
export function planLives(request: LivesRequest): Life[] {
  const { random, autoOrders } = request;
  const people = peopleOfLives(request);
  const lives: Life[] = [];
  for (let index = 0; index < autoOrders; index++) {
    const stream = random.fork(`life ${index}`);
    lives.push(
      recurringLife(stream, people[index] ?? stream.pick(people), index >= people.length, request),
    );
  }
  for (let index = 0; index < Math.ceil(autoOrders * singlesShare); index++) {
    const stream = random.fork(`single ${index}`);
    lives.push(singleLife(stream, stream.pick(people), request));
  }
  return lives.sort((a, b) => a.orderedAtMs - b.orderedAtMs);
}

/**
 * Returns the people who make the purchases of a request. Two of three have one auto order, the
 * others two or more.
 */
export function peopleOfLives({
  random,
  autoOrders,
  firstCustomer,
}: Pick<LivesRequest, 'random' | 'autoOrders' | 'firstCustomer'>): DemoCustomer[] {
  return Array.from({ length: peopleCount(autoOrders) }, (_, index) =>
    makePerson(random.fork(`person ${index}`), firstCustomer + index),
  );
}

/** Returns how many people own this number of auto orders. */
export const peopleCount = (autoOrders: number): number => Math.ceil(autoOrders * 0.75);

/**
 * The share of card orders from the last sixty days without an auto order. An auto order can be
 * established from each.
 */
const singlesShare = 0.02;

function recurringLife(
  random: Random,
  person: DemoCustomer,
  isSecond: boolean,
  request: LivesRequest,
): Life {
  const offered = isSecond ? offers.filter((each) => !each.isOncePerCustomer) : offers;
  const offer = random.weighted(offered.map((each) => [each, each.weight]));
  const ageDays = Math.max(0.05, request.daysMax * random.next() ** youthfulness);
  const orderedAtMs = atDaytime(random, ageDays, request);
  const card = makeCard(random, orderedAtMs, request.now.epochMilliseconds);
  return {
    person,
    orderedAtMs,
    card,
    theme: offer.shop.toUpperCase(),
    lines: linesOf(random, offer),
    coupon: couponFor(random.fork('coupon'), offer, orderedAtMs, request),
    shipping: random.pick([0, 0, 4.95, 5.95, 7.5]),
    declines: random.chance(0.1) && card.fails === undefined ? [recoveredDecline(random)] : [],
    acts: actsOf(random, orderedAtMs, isSecond, request),
    terms: termsOf(random, offer),
  };
}

/** Above 1, most auto orders are young, as in a growing shop. */
const youthfulness = 3.5;

function singleLife(random: Random, person: DemoCustomer, request: LivesRequest): Life {
  const orderedAtMs = atDaytime(random, Math.min(request.daysMax, 59) * random.next(), request);
  const shop = random.pick(['coffee', 'razor', 'vitamin'] as const);
  return {
    person,
    orderedAtMs,
    theme: shop.toUpperCase(),
    lines: [{ itemId: random.pick(singles[shop]), quantity: random.int(1, 2) }],
    card: { ...makeCard(random, orderedAtMs, request.now.epochMilliseconds), fails: undefined },
    shipping: 4.95,
    declines: [],
    acts: [],
    terms: {},
  };
}

/** Returns a random moment between 7:00 and 22:00, `daysAgo` days before now. */
function atDaytime(random: Random, daysAgo: number, { now, zone }: LivesRequest): number {
  const { day } = wallOf(now.subtract({ seconds: Math.round(daysAgo * 86_400) }), zone);
  const ms = momentOf({ day, ms: random.int(7 * 3600, 22 * 3600) * 1000 }, zone).epochMilliseconds;
  return Math.min(ms, now.epochMilliseconds - 60_000 * random.int(1, 300));
}

function linesOf(random: Random, offer: Offer): BoughtLine[] {
  const wished = random.weighted([
    [1, 70],
    [2, 22],
    [3, 8],
  ]);
  const quantity = offer.isOncePerCustomer ? 1 : wished;
  const lines: BoughtLine[] = [
    {
      itemId: offer.itemId,
      quantity,
      ...(offer.schedules.length === 0
        ? {}
        : {
            schedule: random.weighted(
              offer.schedules.map((schedule) => [schedule, liking(schedule)]),
            ),
          }),
      ...optionsOf(random.fork('options'), offer),
    },
  ];
  if (random.chance(0.2)) lines.push(...secondLine(random, offer));
  if (random.chance(0.12)) lines.push({ itemId: random.pick(singles[offer.shop]), quantity: 1 });
  return lines;
}

/** Options for coffee: beans or ground, in a small bag, or in a large one that costs more. */
function optionsOf(random: Random, { itemId }: Offer): Pick<BoughtLine, 'options'> {
  if (!grounds.includes(itemId)) return {};
  const grind = random.weighted([
    ['Whole bean', 60],
    ['Filter', 25],
    ['Espresso', 15],
  ]);
  const isLarge = random.chance(0.2);
  const bag = { label: 'Bag', value: '2 lb', cost_change: { value: largeBagCost } };
  return { options: [{ label: 'Grind', value: grind }, ...(isLarge ? [bag] : [])] };
}

/** Chooses a coupon. Every third coffee drinker is in the club; some others use a coupon. */
function couponFor(
  random: Random,
  { itemId }: Offer,
  orderedAtMs: number,
  { now }: LivesRequest,
): string | undefined {
  if (clubItems.includes(itemId) && random.chance(0.3)) return usedCoupons.club;
  const isSummer = orderedAtMs < now.epochMilliseconds - endedDays * msPerDay;
  if (isSummer && random.chance(0.06)) return usedCoupons.summer;
  return random.chance(0.2) ? usedCoupons.shipping : undefined;
}

/** Few customers choose weekly; most choose monthly. */
const liking = (schedule: Frequency): number =>
  schedule === 'Weekly' || schedule === 'Every 10 Days' ? 0.3 : schedule === 'Monthly' ? 3 : 1;

/** Adds another item of the shop, with the same schedule or a different one. */
function secondLine(random: Random, offer: Offer): BoughtLine[] {
  const others = offers.filter(
    (each) => each.shop === offer.shop && each.itemId !== offer.itemId && each.schedules.length > 0,
  );
  const other = random.pick(others);
  const shared = other.schedules.filter((schedule) => offer.schedules.includes(schedule));
  return [
    {
      itemId: other.itemId,
      quantity: 1,
      schedule: random.pick(shared.length > 0 && random.chance(0.6) ? shared : other.schedules),
    },
  ];
}

function makeCard(random: Random, orderedAtMs: number, nowMs: number): Card {
  const type = random.weighted([
    ['VISA', 50],
    ['MasterCard', 30],
    ['AMEX', 14],
    ['Discover', 6],
  ] as const);
  const lastFour = random.digits(4);
  const fails = failureOf(random, orderedAtMs, nowMs);
  // The card's outcomes from now on. One card in six is declined from time to time.
  const kind = fails
    ? `tok_decline_${fails.reason.replaceAll(' ', '_')}`
    : random.chance(1 / 6)
      ? 'tok_mixed_4_0_0'
      : isReportedNow(lastFour)
        ? 'tok_decline_stolen_card'
        : 'tok_approve';
  return {
    type,
    lastFour,
    token: `${kind}-${lastFour}`,
    expirationMonth: random.int(1, 12),
    expirationYear: new Date(nowMs).getUTCFullYear() + random.int(1, 4),
    ...(fails && { fails }),
  };
}

/**
 * Whether the card was reported as stolen today, as one good card in fifty is. Its next charge is a
 * hard decline, so that moving the clock raises a task. The digits of the card, which come from the
 * seed, decide it.
 */
const isReportedNow = (lastFour: string): boolean => Number(lastFour) % 50 === 7;

/**
 * Decides when a card begins to fail. Some cards failed long ago and ended their auto orders.
 * Others failed this week, so that retries are under way.
 */
function failureOf(random: Random, orderedAtMs: number, nowMs: number): Card['fails'] {
  if (random.chance(0.05))
    return {
      fromMs: orderedAtMs + (nowMs - orderedAtMs) * random.next(),
      reason: random.pick(softReasons.concat('stolen card', 'account closed')),
    };
  if (random.chance(0.08))
    return { fromMs: nowMs - random.int(1, 6) * msPerDay, reason: random.pick(softReasons) };
  return undefined;
}

const softReasons: readonly DeclineReason[] = [
  'insufficient funds',
  'expired card',
  'do not honor',
  'limit exceeded',
];

function recoveredDecline(random: Random): Life['declines'][number] {
  return {
    rebillNumber: random.int(1, 8),
    times: random.weighted([
      [1, 3],
      [2, 1],
    ]),
    reason: random.pick(softReasons),
  };
}

function actsOf(
  random: Random,
  orderedAtMs: number,
  isSecond: boolean,
  { now }: LivesRequest,
): Act[] {
  const nowMs = now.epochMilliseconds;
  const later = () =>
    wholeSecond(orderedAtMs + (nowMs - orderedAtMs) * (0.1 + 0.9 * random.next()));
  if (isSecond && random.chance(0.1))
    return [{ kind: 'merge', atMs: Math.min(later(), orderedAtMs + random.int(1, 60) * msPerDay) }];
  const kind = random.weighted([
    ['none', 80],
    ['cancel', 11],
    ['disable', 2],
    ['pause', 4],
    ['pause for a while', 3],
  ] as const);
  if (kind === 'none') return [];
  const atMs = later();
  if (kind === 'cancel')
    return [{ kind, atMs, byCustomer: random.chance(0.8), reason: random.pick(cancelReasons) }];
  if (kind === 'pause for a while')
    return [
      { kind: 'pause', atMs },
      { kind: 'resume', atMs: wholeSecond(atMs + random.int(10, 60) * msPerDay) },
    ];
  // A customer does not stay paused for years.
  return [
    { kind, atMs: kind === 'pause' ? Math.max(atMs, wholeSecond(nowMs - 90 * msPerDay)) : atMs },
  ];
}

const cancelReasons = [
  'Too much of it at home',
  'Too expensive',
  'Moved to another shop',
  'Did not like it',
  'Travelling for a long time',
  'Ordered by mistake',
];

function termsOf(random: Random, offer: Offer): Terms {
  return {
    ...(random.chance(0.08) ? { percentageDiscount: random.pick([5, 10, 15]) } : {}),
    ...(offer.addOn !== undefined && random.chance(0.25)
      ? { addOn: { itemId: offer.addOn, nextXOrders: random.int(1, 6) } }
      : {}),
    ...(random.chance(0.01) ? { cancelAfterNextXOrders: random.int(2, 12) } : {}),
  };
}

const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;
