import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { auditMerchant } from '../../server/src/books/auditOperations.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { chargeLeaseMs } from '../../server/src/orders/store.ts';
import type { BookedCharge } from '../../server/src/payments/simulatorBooks.ts';
import { type Database, openPool } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { findMerchant, saveClock } from '../../server/src/platform/tenancy/merchantStore.ts';
import { hashKey, keyBytes, prefixOf } from '../../server/src/staff/apiKey.ts';
import { insertApiKey } from '../../server/src/staff/apiKeyStore.ts';
import { allPermissions } from '../support/app.ts';
import { anItem, at } from '../support/autoOrders.ts';
import { killNine } from '../support/launched.ts';
import { type Rebills, rebillsOn } from '../support/rebills.ts';
import { Deaths, random, readLeft, start } from './killing.ts';
import { type ActionName, act, clickTogether, type Participant } from './peopleActions.ts';
import { Standstill } from './standstill.ts';

/** A run in which people work on auto orders while rebills fall due and processes are killed. */
export interface PeopleAtWork {
  /** The database is used only by this run. */
  readonly url: string;
  /**
   * Decides what each person does, in which order, and which process is killed. The same seed
   * repeats the same run.
   */
  readonly seed: number;
  readonly customers: number;
  /**
   * The merchant's clock does not move during a round, and moves two or three days between rounds.
   */
  readonly rounds: number;
  readonly actionsARound: number;
  /** The number of people who work on the same customer at the same time. */
  readonly peopleACustomer: number;
  readonly servers: number;
  readonly killsARound: number;
  readonly does: readonly ActionName[];
  readonly missedShipments: string;
  /** Kills or restarts the store from time to time; absent: only servers are killed. */
  readonly restartStore?: () => Promise<void>;
}

/** The counts that {@link peopleAtWork} returns. */
export interface PeoplesWork {
  readonly captures: number;
  readonly did: Readonly<Partial<Record<ActionName, number>>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly restarts: number;
}

const firstNow = at('2026-03-15T14:00:00Z');
const firstLocal = Temporal.PlainDateTime.from('2026-03-15T10:00:00');
/** Two items with different prices, so the amount of a capture shows its item. */
const items = [
  { itemId: 'A', cents: 1000 },
  { itemId: 'B', cents: 2000 },
] as const;
const emailOf = (customer: number): string => `customer${customer}@example.com`;
const isFor = ({ amount }: { readonly amount: number }, cents: number): boolean =>
  amount === cents || amount === 3000;

/**
 * Lets people work for some rounds, and compares the gateway's books with the promises: no item is
 * captured twice while the clock does not move, each capture is one paid order, and at the end the
 * schedule of each item has moved by one shipment per capture.
 */
export async function peopleAtWork(work: PeopleAtWork): Promise<PeoplesWork> {
  const deaths = new Deaths();
  const gateway = await start(
    '../../server/src/payments/simulatorProcess.ts',
    ['--port', '0'],
    deaths,
  );
  const gatewayUrl = /http:\S+/.exec(gateway.firstLine)![0];
  const db = openPool({
    connection: { url: work.url },
    maxConnections: 4,
    prepareStatements: true,
    onIdleError: () => {},
  });
  const servers = new Servers(work, gatewayUrl, deaths);
  try {
    const rebills = await rebillsOn(db, {
      settings: {
        missed_shipments: work.missedShipments,
        store_declined_rebills: true,
        // The retries end within the week between two shipments. A shipment that falls due in that
        // time is billed as soon as a retry succeeds (docs/adr/0045-zones-and-missed-shipments.md).
        dunning: { retry_days: [1, 1] },
      },
    });
    await seed(rebills, work.customers);
    const office = await openOffice(rebills, work, servers);
    const books = new Books(gatewayUrl, work);
    let now = firstNow;
    let last = now;
    for (let round = 0; round < work.rounds; round++) {
      await saveClock(db, rebills.merchant.merchantId, { kind: 'standing', at: now });
      // Every process caches a merchant for a second. After this pause all of them use the new
      // time.
      await pause(1100);
      const zoneChanges = office.counts.did.changeZone ?? 0;
      const disturbing = servers.disturb();
      await office.work();
      await disturbing;
      await quiet(rebills, now, work, deaths);
      const isZoneChanged = (office.counts.did.changeZone ?? 0) > zoneChanges;
      await books.checkRound(db, rebills.merchant.merchantId, { round, isZoneChanged });
      last = now;
      now = now.add({ hours: round % 2 === 0 ? 52 : 70 });
    }
    await settledOrders(db, rebills.merchant.merchantId);
    await quiet(rebills, last, work, deaths);
    await checkEnd(db, rebills.merchant.merchantId, await books.captures(), work);
    return { captures: (await books.captures()).length, ...office.counts, ...servers.counts };
  } finally {
    await servers.close();
    await killNine(gateway.process);
    await db.close();
  }
}

/** Adds two auto orders for each customer. Each has one weekly item that is due at the start. */
async function seed(rebills: Rebills, customers: number): Promise<void> {
  for (const { itemId, cents } of items)
    await rebills.addItem({
      merchant_item_id: itemId,
      pricing: { cost: cents / 100 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly'] },
    });
  for (let customer = 0; customer < customers; customer++)
    for (const [place, { itemId }] of items.entries()) {
      const oid = 2 * customer + place + 1;
      const item = anItem({
        itemOid: oid,
        originalItemId: itemId,
        frequency: 'Weekly',
        nextShipmentAt: firstNow,
        anchor: firstLocal,
      });
      await rebills.add(
        { autoOrderOid: oid, items: [item] },
        {
          cardToken: 'tok_mixed_10_5_5',
          document: {
            billing: { email: emailOf(customer) },
            summary: {},
            taxes: {},
          },
        },
      );
    }
}

/** Returns all people with their keys and their random numbers. */
async function openOffice(
  { db, merchant: { merchantId } }: Rebills,
  { seed, customers, peopleACustomer, actionsARound, does }: PeopleAtWork,
  servers: Servers,
) {
  const key = randomIds.secret(keyBytes);
  await insertApiKey(db, hashKey(key), {
    merchantId,
    name: 'people',
    prefix: prefixOf(key),
    permissions: allPermissions,
    allowedIps: [],
    createdAt: firstNow,
  });
  const did: Partial<Record<ActionName, number>> = {};
  const statuses: Record<string, number> = {};
  const people = Array.from({ length: customers * peopleACustomer }, (_, index): Participant => {
    const chance = random(seed + 7919 * (index + 1));
    const customer = index % customers;
    return {
      chance,
      oids: [2 * customer + 1, 2 * customer + 2],
      customer: emailOf(customer),
      forms: new Map(),
      async call(method, path, body) {
        const { status, json } = await ask(await servers.one(chance()), key, method, path, body);
        statuses[status] = (statuses[status] ?? 0) + 1;
        return status === '200' ? (json as object) : undefined;
      },
    };
  });
  return {
    counts: { did, statuses },
    async work() {
      // A race would most likely charge twice at the first charge of the day, so all people begin
      // with it.
      if (does.includes('chargeNow'))
        await Promise.all(
          Array.from({ length: customers }, (_, customer) =>
            clickTogether(people.filter((_, index) => index % customers === customer)),
          ),
        );
      await Promise.all(
        people.map(async (person) => {
          for (let count = 0; count < actionsARound; count++) {
            await pause(150 * person.chance());
            const name = await act(person, does);
            did[name] = (did[name] ?? 0) + 1;
          }
        }),
      );
    },
  };
}

async function ask(
  address: string,
  key: string,
  method: string,
  path: string,
  body: object | undefined,
): Promise<{ status: string; json?: unknown }> {
  try {
    const response = await fetch(address + path, {
      method,
      headers: {
        'x-ultracart-api-version': '2017-03-01',
        'x-ultracart-simple-key': key,
        ...(body && { 'content-type': 'application/json; charset=UTF-8' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: String(response.status), json: JSON.parse(text) };
  } catch {
    // The server was killed, or has not started yet.
    return { status: 'no response' };
  }
}

/** The servers of a run, which are killed and replaced all the time. */
class Servers {
  readonly #work: PeopleAtWork;
  readonly #gatewayUrl: string;
  readonly #deaths: Deaths;
  readonly #chance: () => number;
  readonly #running: Promise<{ process: ChildProcess; address: string }>[];
  readonly counts = { kills: 0, restarts: 0 };

  constructor(work: PeopleAtWork, gatewayUrl: string, deaths: Deaths) {
    this.#work = work;
    this.#gatewayUrl = gatewayUrl;
    this.#deaths = deaths;
    this.#chance = random(work.seed);
    this.#running = Array.from({ length: work.servers }, () => this.#start());
  }

  async #start() {
    const args = [this.#work.url, this.#gatewayUrl];
    const { process, firstLine } = await start('./peopleProcess.ts', args, this.#deaths);
    return { process, address: firstLine };
  }

  /** Returns the address of a server, which may already have been killed. */
  async one(chance: number): Promise<string> {
    return (await this.#running[Math.floor(chance * this.#running.length)]!).address;
  }

  /** Kills servers or the store, one after the other. */
  async disturb(): Promise<void> {
    for (let count = 0; count < this.#work.killsARound; count++) {
      await pause(1200 * this.#chance());
      this.#deaths.check();
      if (this.#work.restartStore !== undefined && this.#chance() < 0.3) {
        await this.#work.restartStore();
        this.counts.restarts++;
        continue;
      }
      const index = Math.floor(this.#chance() * this.#running.length);
      await killNine((await this.#running[index]!).process);
      this.#running[index] = this.#start();
      this.counts.kills++;
    }
  }

  async close(): Promise<void> {
    for (const server of await Promise.allSettled(this.#running))
      if (server.status === 'fulfilled') await killNine(server.value.process);
  }
}

/** Waits until nothing is due and nothing is in flight. */
async function quiet(
  rebills: Rebills,
  now: Temporal.Instant,
  { seed }: PeopleAtWork,
  deaths: Deaths,
): Promise<void> {
  const standstill = new Standstill(`a round (seed ${seed})`);
  for (;;) {
    deaths.check();
    const left = await readLeft(rebills, now);
    if (left?.due === 0 && left.charging === 0) return;
    standstill.check(left);
    await pause(100);
  }
}

/**
 * Waits for charges of orders whose server was killed: another server asks the gateway about them
 * once their lease of two minutes has ended.
 */
async function settledOrders(db: Database, merchantId: string): Promise<void> {
  const standstill = new Standstill('charges of orders that are not settled', 3 * chargeLeaseMs);
  const openSql = `select order_id from orders
    where merchant_id = $1 and charge_lease_until is not null`;
  for (;;) {
    const open = await db.rows(openSql, [merchantId]);
    if (open.length === 0) return;
    standstill.check(open);
    await pause(100);
  }
}

/** Reads the gateway's books while the clock does not move. */
class Books {
  readonly #gatewayUrl: string;
  readonly #work: PeopleAtWork;
  #known = new Set<string>();

  constructor(gatewayUrl: string, work: PeopleAtWork) {
    this.#gatewayUrl = gatewayUrl;
    this.#work = work;
  }

  async captures(): Promise<BookedCharge[]> {
    return ((await (await fetch(`${this.#gatewayUrl}/captures`)).json()) as { captures: [] })
      .captures;
  }

  /**
   * Asserts that no item was captured twice since the clock was moved, whichever auto order it is
   * in now. A change of the zone keeps local times, so the next shipment can become due at once,
   * hours after a missed one was charged. Then two due dates are captured, each once.
   */
  async checkRound(
    db: Database,
    merchantId: string,
    { round, isZoneChanged }: { readonly round: number; readonly isZoneChanged: boolean },
  ): Promise<void> {
    const captures = (await this.captures()).filter(({ key }) => !this.#known.has(key));
    const oidOf = await oidsByOrder(db, merchantId);
    for (let customer = 0; customer < this.#work.customers; customer++) {
      const own = captures.filter((capture) => customerOf(oidOf(capture)) === customer);
      for (const { itemId, cents } of items) {
        const ofItem = own.filter((capture) => isFor(capture, cents));
        const keys = ofItem.map(({ key }) => key);
        if (keys.length <= 1) continue;
        if (isZoneChanged && (await areWeeksApart(db, merchantId, ofItem, itemId))) continue;
        assert.fail(
          `item ${itemId} of customer ${customer} was captured ${keys.length} times in round ` +
            `${round} (seed ${this.#work.seed}): ${keys.join(' ')}\n` +
            (await historyOf(db, merchantId, customer)),
        );
      }
    }
    this.#known = new Set([...this.#known, ...captures.map(({ key }) => key)]);
  }
}

const customerOf = (oid: number): number => Math.floor((oid - 1) / 2);

/**
 * Whether the captures of a weekly item belong to due dates that are about a week or more apart.
 */
async function areWeeksApart(
  db: Database,
  merchantId: string,
  captures: readonly BookedCharge[],
  itemId: string,
): Promise<boolean> {
  const rows = await db.rows<{ due_at: Temporal.Instant }>(
    `select (moved->>'at')::timestamptz as due_at
     from rebill r cross join json_array_elements(r.moved_from->'items') as moved
     where r.merchant_id = $1 and r.order_id = any($2) and (moved->>'oid')::integer % 2 = $3
     order by 1`,
    [merchantId, captures.map(({ orderReference }) => orderReference), itemId === 'A' ? 1 : 0],
  );
  const days = rows.map(({ due_at: at }) => at.epochMilliseconds / 86_400_000);
  return (
    days.length === captures.length &&
    days.every((day, index) => index === 0 || day - days[index - 1]! > 6)
  );
}

/**
 * Finds the auto order of a capture by its order, because a person may have charged the order
 * itself.
 */
async function oidsByOrder(
  db: Database,
  merchantId: string,
): Promise<(capture: BookedCharge) => number> {
  const rows = await db.rows<{ order_id: string; oid: number }>(
    'select order_id, auto_order_oid as oid from rebill where merchant_id = $1',
    [merchantId],
  );
  const oids = new Map(rows.map(({ order_id: orderId, oid }) => [orderId, oid]));
  return ({ orderReference }) => oids.get(orderReference)!;
}

/** Checks all promises after all work has ended. */
async function checkEnd(
  db: Database,
  merchantId: string,
  captures: readonly BookedCharge[],
  work: PeopleAtWork,
): Promise<void> {
  const merchant = (await findMerchant(db, merchantId))!;
  const tell = (what: string) => `${what} (seed ${work.seed})`;
  const staff = await checkOrders(db, merchantId, captures, tell);
  await checkSchedules(db, merchant, captures, staff, work, tell);
  const { differences } = await auditMerchant(db, merchant);
  assert.deepEqual(differences, [], tell('the audit'));
}

/** An order that staff settled without the gateway. */
interface SettledByStaff {
  readonly oid: number;
  readonly amount: number;
  readonly isPaid: boolean;
}

/**
 * Asserts that each capture is one paid order of its amount. Each order of a rebill was captured,
 * or staff settled it and it was not captured.
 */
async function checkOrders(
  db: Database,
  merchantId: string,
  captures: readonly BookedCharge[],
  tell: (what: string) => string,
): Promise<SettledByStaff[]> {
  const orders = await db.rows<{
    order_id: string;
    oid: number;
    total: number;
    is_paid: boolean;
    state: string;
    settled_by: string | null;
  }>(
    `select o.order_id, o.auto_order_oid as oid, o.total_minor as total, o.paid_at is not null as
      is_paid, r.state, case when not exists (select from order_payment_attempt p
        where p.merchant_id = $1 and p.order_id = o.order_id and p.state = 'paid')
        then r.settled_by end as settled_by
     from orders o join rebill r on r.merchant_id = $1 and r.auto_order_oid = o.auto_order_oid
       and r.rebill_number = o.rebill_number
     where o.merchant_id = $1 and o.rebill_number > 0`,
    [merchantId],
  );
  const captured = new Map(captures.map((capture) => [capture.orderReference, capture]));
  assert.equal(captured.size, captures.length, tell('an order was captured twice'));
  for (const { order_id: orderId, total, is_paid: isPaid, settled_by: staff } of orders) {
    const capture = captured.get(orderId);
    const isCharged = isPaid && staff === null;
    assert.equal(
      capture !== undefined,
      isCharged,
      tell(`${orderId}: captured, and to be captured`),
    );
    assert.equal(capture?.amount ?? total, total, tell(`the amount of ${orderId}`));
    captured.delete(orderId);
  }
  assert.deepEqual([...captured.keys()], [], tell('captures without an order'));
  return orders
    .filter(({ settled_by: staff }) => staff !== null)
    .map(({ oid, total, is_paid: isPaid }) => ({ oid, amount: total, isPaid }));
}

/**
 * Asserts that an item's schedule moved by one week per capture, or per week that staff settled: no
 * person in a run moves a date on purpose. Where shipments may be skipped (missed ones are not
 * billed, or the auto order was canceled for a while), it moved by at least that.
 */
async function checkSchedules(
  db: Database,
  { merchantId, timeZone }: Merchant,
  captures: readonly BookedCharge[],
  staff: readonly SettledByStaff[],
  { missedShipments, does }: PeopleAtWork,
  tell: (what: string) => string,
): Promise<void> {
  const isExact = missedShipments === 'bill' && !does.includes('cancelOrStart');
  const rows = await db.rows<{
    auto_order_item_oid: number;
    original_item_id: string;
    next_shipment_at: Temporal.Instant | null;
    number_of_rebills: number;
  }>(
    `select auto_order_item_oid, original_item_id, next_shipment_at, number_of_rebills
      from auto_order_item where merchant_id = $1`,
    [merchantId],
  );
  const oidOf = await oidsByOrder(db, merchantId);
  const charged = captures.map((capture) => ({ ...capture, oid: oidOf(capture), isPaid: true }));
  for (const row of rows) {
    const customer = customerOf(row.auto_order_item_oid);
    const { cents } = items.find(({ itemId }) => itemId === row.original_item_id)!;
    const own = [...charged, ...staff].filter(
      (each) => customerOf(each.oid) === customer && isFor(each, cents),
    );
    const name = `item ${row.original_item_id} of customer ${customer}`;
    const paid = own.filter(({ isPaid }) => isPaid).length;
    assert.equal(row.number_of_rebills, paid, tell(`rebills of ${name}`));
    if (row.next_shipment_at === null) continue;
    const next = row.next_shipment_at.toZonedDateTimeISO(timeZone).toPlainDateTime();
    assert.equal(
      next.toPlainTime().toString(),
      firstLocal.toPlainTime().toString(),
      tell(`the local time of ${name}\n${await historyOf(db, merchantId, customer)}`),
    );
    const weeks = firstLocal.until(next).total({ unit: 'days' }) / 7;
    const isRight = isExact ? weeks === own.length : weeks >= own.length;
    if (isRight) continue;
    const history = await historyOf(db, merchantId, customer);
    assert.fail(
      tell(
        `${name} moved on by ${weeks} weeks, and ${own.length} were captured or settled by staff\n${history}`,
      ),
    );
  }
}

/** Returns the log of a customer's auto orders, which helps to find the cause of a failure. */
async function historyOf(db: Database, merchantId: string, customer: number): Promise<string> {
  const rows = await db.rows<{ line: string }>(
    `select at || ' ' || auto_order_oid || ': ' || message as line from auto_order_log
     where merchant_id = $1 and auto_order_oid in ($2, $3) order by log_id`,
    [merchantId, 2 * customer + 1, 2 * customer + 2],
  );
  return rows.map(({ line }) => line).join('\n');
}
