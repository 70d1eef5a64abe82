import { setTimeout as pause } from 'node:timers/promises';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Order } from '@perennial/contract/order.ts';

/*
 * The actions of people and other programs on auto orders, one function for each. They are repeated
 * and run at the same time. They use only what a client can read, and accept any response of the
 * server.
 */

/** The fields of a response that the actions read. */
interface Answer {
  readonly auto_order?: AutoOrder;
  readonly orders?: readonly Order[];
}

/** A person or a program that works on the auto orders of one customer. */
export interface Participant {
  /** Returns a number from 0 to 1 that follows from the seed. */
  readonly chance: () => number;
  /** The customer's auto orders. The second may be merged into the first. */
  readonly oids: readonly [number, number];
  /** The customer's email. */
  readonly customer: string;
  /** Forms that were read some time ago and have not been sent back yet. */
  readonly forms: Map<number, AutoOrder>;
  /** Calls the API. Undefined when the server was killed before it responded. */
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer | undefined>;
}

type Action = (person: Participant) => Promise<unknown>;

const paths = '/rest/v2/auto_order/auto_orders';
const pick = <Element>(chance: () => number, list: readonly Element[]): Element =>
  list[Math.floor(chance() * list.length)]!;
const anOid = ({ chance, oids }: Participant): number => pick(chance, oids);

async function read(person: Participant, oid: number): Promise<AutoOrder | undefined> {
  return (await person.call('GET', `${paths}/${oid}?_expand=items,add_ons`))?.auto_order;
}

/**
 * Clicks "charge now" several times: all at once, or each a few milliseconds after the one before.
 */
const chargeNow: Action = (person) => {
  const oid = anOid(person);
  const clicks = 2 + Math.floor(person.chance() * 7);
  const apartMs = person.chance() < 0.5 ? 0 : 20 * person.chance();
  return Promise.all(
    Array.from({ length: clicks }, async (_, index) => {
      await pause(index * apartMs);
      return person.call('POST', `${paths}/${oid}/rebill`);
    }),
  );
};

/**
 * All people who work on a customer click "charge now" for the same auto order at the same moment.
 */
export async function clickTogether(people: readonly Participant[]): Promise<void> {
  const [first] = people;
  if (first === undefined || first.chance() < 0.4) return;
  const path = `${paths}/${anOid(first)}/rebill`;
  const clicks = people.flatMap((person) => Array.from({ length: 4 }, () => person));
  await Promise.all(clicks.map((person) => person.call('POST', path)));
}

/** Sends a new card, once or twice, with or without an immediate charge. */
const newCard: Action = (person) => {
  const oid = anOid(person);
  const body = {
    card_number_token: pick(person.chance, [
      'tok_approve',
      'tok_slow_80',
      'tok_mixed_20_5_5',
      'tok_decline',
    ]),
    card_expiration_month: 12,
    card_expiration_year: 2040,
    attempt_rebill: person.chance() < 0.6,
  };
  const times = person.chance() < 0.4 ? 2 : 1;
  return Promise.all(
    Array.from({ length: times }, () => person.call('PUT', `${paths}/${oid}/payment`, body)),
  );
};

/** Opens the form of an auto order, and leaves it open. */
const readForm: Action = async (person) => {
  const oid = anOid(person);
  const form = await read(person, oid);
  if (form !== undefined) person.forms.set(oid, form);
};

/** Saves a form that was opened some time ago, with the values that it had then. */
const saveForm: Action = async (person) => {
  const oid = anOid(person);
  const form = person.forms.get(oid);
  if (form !== undefined) await person.call('PUT', `${paths}/${oid}`, form);
};

/** Pauses or resumes all items. */
const pauseOrGoOn: Action = async (person) => {
  const oid = anOid(person);
  if (person.chance() < 0.3) return person.call('PUT', `${paths}/${oid}/pause`, {});
  const { items = [] } = (await read(person, oid)) ?? {};
  if (items.length === 0) return undefined;
  return person.call('PUT', `${paths}/${oid}`, {
    items: items.map((item) => ({
      auto_order_item_oid: item.auto_order_item_oid,
      paused: false,
    })),
  });
};

/** Moves the merchant to another time zone. */
const changeZone: Action = (person) =>
  person.call('PUT', '/perennial/v1/settings', {
    time_zone: pick(person.chance, ['America/New_York', 'Europe/Berlin', 'Asia/Tokyo']),
  });

/** Merges the second auto order of the customer into the first. */
const merge: Action = (person) =>
  person.call('PUT', `${paths}/${person.oids[0]}/consolidate`, {
    source_auto_order_oids: [person.oids[1]],
  });

/** Ends an item of an auto order for good. */
const endItem: Action = async (person) => {
  const autoOrder = await read(person, anOid(person));
  const item = autoOrder?.items?.at(-1);
  if (autoOrder === undefined || item === undefined) return;
  await person.call(
    'POST',
    `${paths}/reference_order_id/${autoOrder.original_order_id}/items/original/${item.original_item_id}/cancel`,
    { auto_order_item_oid: item.auto_order_item_oid },
  );
};

/** Cancels an auto order, or starts it again. */
const cancelOrStart: Action = (person) =>
  person.call(
    'PUT',
    `${paths}/${anOid(person)}`,
    person.chance() < 0.4
      ? { enabled: false, cancel_reason: 'Changed my mind' }
      : { enabled: true },
  );

const keptOrders = async ({ call, customer }: Participant): Promise<string[]> => {
  const stage = encodeURIComponent('Accounts Receivable');
  const found = await call('GET', `/rest/v2/order/orders?email=${customer}&current_stage=${stage}`);
  return (found?.orders ?? []).flatMap(({ order_id: orderId }) => orderId ?? []);
};

/**
 * Two members of staff mark the order of a declined rebill as paid: they got the money in another
 * way.
 */
const staffPays: Action = async (person) => {
  const [orderId] = await keptOrders(person);
  if (orderId === undefined) return;
  const body =
    person.chance() < 0.5
      ? { current_stage: 'Completed Order' }
      : { payment: { payment_method: 'Check', payment_status: 'Processed' } };
  const note = () => person.call('PUT', `/rest/v2/order/orders/${orderId}`, body);
  await Promise.all([note(), note()]);
};

/** Staff reject the order of a declined rebill. */
const staffRejects: Action = async (person) => {
  const orderId = (await keptOrders(person)).at(-1);
  if (orderId !== undefined)
    await person.call('PUT', `/rest/v2/order/orders/${orderId}`, { current_stage: 'Rejected' });
};

/** Every action by its name, with its relative frequency. */
export const actions = {
  chargeNow: { run: chargeNow, weight: 8 },
  newCard: { run: newCard, weight: 5 },
  readForm: { run: readForm, weight: 3 },
  saveForm: { run: saveForm, weight: 3 },
  pauseOrGoOn: { run: pauseOrGoOn, weight: 3 },
  changeZone: { run: changeZone, weight: 0.1 },
  staffPays: { run: staffPays, weight: 2 },
  staffRejects: { run: staffRejects, weight: 0.7 },
  merge: { run: merge, weight: 0.2 },
  endItem: { run: endItem, weight: 0.1 },
  cancelOrStart: { run: cancelOrStart, weight: 0.5 },
} satisfies Record<string, { readonly run: Action; readonly weight: number }>;

export type ActionName = keyof typeof actions;

/** Does one of these actions, which the person's random number selects. */
export async function act(person: Participant, names: readonly ActionName[]): Promise<ActionName> {
  const total = names.reduce((sum, name) => sum + actions[name].weight, 0);
  let left = person.chance() * total;
  const name = names.find((each) => (left -= actions[each].weight) < 0) ?? names[0]!;
  await actions[name].run(person);
  return name;
}
