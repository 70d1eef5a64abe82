import type { Currency } from '@perennial/contract/common.ts';
import type { Order } from '@perennial/contract/order.ts';
import { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../../autoOrders/autoOrder.ts';
import { calculate, dueAt } from '../../autoOrders/calculated.ts';
import { changesBetween, changeWords } from '../../autoOrders/changeWords.ts';
import { canceled, disabled, paused } from '../../autoOrders/edit.ts';
import { facetsOf, type SearchFacets } from '../../autoOrders/facets.ts';
import { agreedOptions } from '../../autoOrders/optionPrices.ts';
import { startSchedule } from '../../autoOrders/startSchedule.ts';
import { type Catalog, skipMissed } from '../../autoOrders/steps.ts';
import type { ChangeActor, ChangeLogLine, LogLine, NewAutoOrder } from '../../autoOrders/store.ts';
import type { Coupon } from '../../coupons/coupon.ts';
import type { CatalogItem } from '../../items/item.ts';
import { catalogKey } from '../../items/store.ts';
import { assert, Bug, required } from '../../kernel/assert.ts';
import { maskedCardNumber } from '../../kernel/cardNumbers.ts';
import { type IdFactory, seededIds } from '../../kernel/ids.ts';
import { currencyExponent, fromMinor, zero } from '../../kernel/money.ts';
import { type CouponTerms, noCouponTerms } from '../../orders/couponUse.ts';
import { amountOf } from '../../orders/money.ts';
import { newOrder } from '../../orders/newOrder.ts';
import { type OrderRecord, orderIdOf } from '../../orders/order.ts';
import { settled } from '../../orders/payment.ts';
import { type DeclineReason, isHardReason } from '../../payments/gateway.ts';
import type { Merchant } from '../../platform/tenancy/merchant.ts';
import type { PastRebill } from '../../rebill/importStore.ts';
import type { RebillNote } from '../../rebill/note.ts';
import { rebillOrderRecord } from '../../rebill/orderDocument.ts';
import { decide, type PlannedCharge } from '../../rebill/plan.ts';
import { type RebillPolicy, rebillPolicy } from '../../rebill/policy.ts';
import { afterDeclined, afterPaid } from '../../rebill/settlement.ts';
import { Agenda } from './agenda.ts';
import type { Act, Life } from './lives.ts';
import { demoTaxes } from './taxRates.ts';

/*
 * Generates demo data by simulation: purchases, rebills, declines and the actions of people happen
 * in the order of their moments, by the same rules as in the engine. So every counter, date and
 * total is as if the server had run all that time.
 */

/** The first number of each kind of record. */
export interface FirstNumbers {
  readonly autoOrder: number;
  readonly autoOrderItem: number;
  readonly order: number;
}

/** The inputs from which the demo data is made. */
export interface WorldRequest {
  readonly merchant: Merchant;
  readonly now: Temporal.Instant;
  /** The catalogue items, by {@link catalogKey}. */
  readonly items: ReadonlyMap<string, CatalogItem>;
  /** The coupons that orders may have, by folded code. */
  readonly coupons: ReadonlyMap<string, Coupon>;
  readonly lives: readonly Life[];
  readonly first: FirstNumbers;
  readonly seed: string;
}

/** All results, ready to be written. */
export interface World {
  readonly orders: readonly OrderRecord[];
  readonly autoOrders: readonly NewAutoOrder[];
  readonly facets: readonly SearchFacets[];
  readonly rebills: readonly PastRebill[];
  readonly logs: readonly (LogLine & { readonly at: Temporal.Instant })[];
  /** Lines of changes by people, with the changes. */
  readonly changeLogs: readonly ChangeLogLine[];
  /** How many numbers of each kind were used. */
  readonly used: FirstNumbers;
}

/** Simulates all lives until now. The same request makes the same world. */
export function simulate(request: WorldRequest): World {
  return new Simulation(request).run();
}

/** An auto order while its life is simulated. */
interface Living {
  readonly life: Life;
  original: OrderRecord;
  record: AutoOrder;
  createdAt: Temporal.Instant;
  modifiedAt: Temporal.Instant;
  /** The declined rebill that is retried. */
  open?: OpenRebill | undefined;
}

interface OpenRebill {
  readonly orderId: string;
  readonly declines: {
    readonly attempt: number;
    readonly at: Temporal.Instant;
    readonly reason: DeclineReason;
  }[];
  /** The last charge. */
  charge: PlannedCharge;
}

type Happening =
  | { readonly kind: 'order'; readonly life: Life }
  | { readonly kind: 'due'; readonly living: Living }
  | { readonly kind: 'act'; readonly living: Living; readonly act: Act };

class Simulation {
  readonly #request: WorldRequest;
  readonly #zone: string;
  readonly #policy: RebillPolicy;
  readonly #ids: IdFactory;
  readonly #catalog: Catalog;
  readonly #taxOf = demoTaxes();
  readonly #timeline = new Agenda<Happening>();
  readonly #living: Living[] = [];
  readonly #byPerson = new Map<number, Living[]>();
  readonly #orders: OrderRecord[] = [];
  readonly #rebills: PastRebill[] = [];
  readonly #logs: (LogLine & { at: Temporal.Instant })[] = [];
  readonly #changeLogs: ChangeLogLine[] = [];
  readonly #wrote = new Map<string, Currency>();
  readonly #used = { autoOrder: 0, autoOrderItem: 0, order: 0 };

  constructor(request: WorldRequest) {
    this.#request = request;
    this.#zone = request.merchant.timeZone;
    this.#policy = rebillPolicy(request.merchant);
    this.#catalog = (itemId) => request.items.get(catalogKey(itemId));
    // The first number is part of the seed, so that a second use for the same merchant makes other
    // codes.
    this.#ids = seededIds(
      `${request.merchant.merchantId}/${request.seed}/${request.first.autoOrder}`,
    );
  }

  run(): World {
    const { lives, now, merchant } = this.#request;
    for (const life of lives) this.#timeline.put(life.orderedAtMs, { kind: 'order', life });
    for (
      let next = this.#timeline.take(now.epochMilliseconds);
      next !== undefined;
      next = this.#timeline.take(now.epochMilliseconds)
    ) {
      this.#happen(next.what, Temporal.Instant.fromEpochMilliseconds(next.ms));
    }
    for (const living of this.#living)
      if (living.open) this.#rebills.push(declinedRebill(living.record, living.open));
    const rules = { now, zone: this.#zone, missedShipments: this.#policy.missedShipments };
    return {
      orders: this.#orders,
      autoOrders: this.#living.map(({ record, createdAt, modifiedAt }) => ({
        ...calculate(record, this.#catalog, rules),
        currency: merchant.currency,
        createdAt,
        modifiedAt,
      })),
      facets: this.#living.map(({ record, original }) => facetsOf(record.autoOrderOid, original)),
      rebills: this.#rebills,
      logs: this.#logs,
      changeLogs: this.#changeLogs,
      used: this.#used,
    };
  }

  #happen(what: Happening, at: Temporal.Instant): void {
    if (what.kind === 'order') return this.#placeOrder(what.life, at);
    if (what.kind === 'act') return this.#act(what.living, what.act, at);
    // A change in the meantime has already added its own moment to the agenda.
    if (dueAt(what.living.record)?.epochMilliseconds === at.epochMilliseconds)
      this.#look(what.living, at);
  }

  #placeOrder(life: Life, at: Temporal.Instant): void {
    const { merchant } = this.#request;
    const orderId = this.#orderId();
    const now = { at, timeZone: this.#zone };
    const wire = wireOrder(life);
    const made = newOrder({
      merchantId: merchant.merchantId,
      orderId,
      order: wire,
      channelPartner: {},
      catalog: this.#request.items,
      customerProfileOid: life.person.customerProfileOid,
      coupons: this.#couponTerms(),
      tax: this.#taxOf(wire),
      currency: merchant.currency,
      now,
    });
    assert(made.ok, 'a demo order is refused');
    const original = settled(
      made.value.order,
      { kind: 'approved', gateway, reference: referenceOf(this.#ids) },
      now,
    );
    const items = this.#itemsOf(original, life);
    if (items.length === 0) return void this.#orders.push(original);
    const living = this.#signUp(life, original, items, at);
    this.#orders.push(living.original);
    for (const act of life.acts) this.#timeline.put(act.atMs, { kind: 'act', living, act });
    this.#expect(living);
  }

  #couponTerms(): CouponTerms {
    const { coupons } = this.#request;
    const named = [...coupons].map(
      ([code, coupon]) => [code, { coupon, isOneTime: false }] as const,
    );
    return { ...noCouponTerms, named: new Map(named) };
  }

  #signUp(
    life: Life,
    order: OrderRecord,
    items: readonly (AutoOrderItem & { line: number })[],
    at: Temporal.Instant,
  ): Living {
    const { merchant, first } = this.#request;
    const autoOrderOid = first.autoOrder + this.#used.autoOrder++;
    const itemAt = new Map(items.map(({ line, itemOid }) => [line, itemOid]));
    const original: OrderRecord = {
      ...order,
      autoOrderOid,
      rebillNumber: 0,
      document: {
        ...order.document,
        items: (order.document.items ?? []).map((line, index) =>
          itemAt.has(index)
            ? { ...line, item_reference_oid: required(itemAt.get(index), 'item') }
            : line,
        ),
      },
    };
    const record: AutoOrder = {
      merchantId: merchant.merchantId,
      autoOrderOid,
      autoOrderCode: this.#ids.autoOrderCode(),
      originalOrderId: order.orderId,
      status: 'active',
      enabled: true,
      completed: false,
      signedUpAt: at,
      cancelUpgrade: false,
      cancelDowngrade: false,
      creditCardAttempt: 0,
      rebillCount: 0,
      cancelAfterNextXOrders: life.terms.cancelAfterNextXOrders,
      addOns: [],
      properties:
        life.person.address.company === undefined ? [] : [{ name: 'segment', value: 'business' }],
      items: items.map(({ line: _, ...item }) => item),
      version: 1,
    };
    const living: Living = { life, original, record, createdAt: at, modifiedAt: at };
    this.#living.push(living);
    this.#byPerson.set(life.person.customerProfileOid, [
      ...(this.#byPerson.get(life.person.customerProfileOid) ?? []),
      living,
    ]);
    this.#log(living, at, [{ message: `Created from order ${order.orderId}` }]);
    return living;
  }

  /** Returns the recurring lines of the order, as items of an auto order. */
  #itemsOf(order: OrderRecord, { lines, terms }: Life): (AutoOrderItem & { line: number })[] {
    return lines.flatMap(({ itemId, schedule }, line) => {
      const bought = required(this.#catalog(itemId), `demo item ${itemId}`);
      const started = startSchedule({
        bought,
        chosen: schedule,
        orderedAt: order.createdAt,
        zone: this.#zone,
      });
      if (!started.ok) return [];
      const wire = required(order.document.items?.[line], 'line of a demo order');
      return [
        {
          ...started.value,
          line,
          itemOid: this.#request.first.autoOrderItem + this.#used.autoOrderItem++,
          originalItemId: bought.itemId,
          originalQuantity: wire.quantity ?? 1,
          arbitraryPercentageDiscount: terms.percentageDiscount,
          firstOrderAt: order.createdAt,
          lastOrderAt: order.createdAt,
          lifeTimeValue: amountOf(wire.total_cost_with_discount, order.currency),
          rebillValue: zero,
          numberOfRebills: 0,
          paused: false,
          options: (wire.options ?? []).map(({ label = '', value = '' }) => ({ label, value })),
          agreedOptions: agreedOptions(wire, order.currency),
          properties: [],
          addOns:
            terms.addOn && line === 0
              ? [
                  {
                    itemId: terms.addOn.itemId,
                    quantity: 1,
                    freeShipping: true,
                    nextXOrders: terms.addOn.nextXOrders,
                    options: [],
                  },
                ]
              : [],
        },
      ];
    });
  }

  #look(living: Living, at: Temporal.Instant): void {
    const { original, open } = living;
    const decision = decide({
      autoOrder: living.record,
      original,
      catalog: this.#catalog,
      coupons: { find: (code) => this.#request.coupons.get(code), refuses: () => false },
      tax: this.#taxOf(original.document),
      policy: this.#policy,
      zone: this.#zone,
      at,
      firstDeclinedAt: open?.declines[0]?.at,
    });
    if (decision.kind === 'park')
      throw new Bug(`a demo auto order cannot be billed: ${decision.reason}`);
    this.#change(living, decision.autoOrder, at);
    this.#log(living, at, decision.notes);
    if (decision.kind === 'charge') this.#charge(living, decision.charge, at);
    this.#expect(living);
  }

  #charge(living: Living, charge: PlannedCharge, at: Temporal.Instant): void {
    const rebillNumber = living.record.rebillCount + 1;
    const open = (living.open ??= { orderId: this.#orderId(), declines: [], charge });
    open.charge = charge;
    const attempt = open.declines.length + 1;
    const reason = charge.card && declineOf(living.life, rebillNumber, attempt, at);
    if (reason === undefined) return this.#pay(living, open, at);
    open.declines.push({ attempt, at, reason });
    const declined = {
      reason,
      message: declineMessage,
      isHard: isHardReason(reason),
      rebillNumber,
    };
    const after = afterDeclined(living.record, charge.order, declined, this.#settlingRules(at));
    this.#change(living, after.autoOrder, at);
    this.#log(living, at, after.notes);
  }

  #pay(living: Living, open: OpenRebill, at: Temporal.Instant): void {
    const { record, original } = living;
    const { charge, orderId } = open;
    const rebillNumber = record.rebillCount + 1;
    const paid = charge.card ? { gatewayCode: gateway, reference: referenceOf(this.#ids) } : {};
    this.#orders.push(
      rebillOrderRecord({
        orderId,
        autoOrderOid: record.autoOrderOid,
        rebillNumber,
        charge,
        original,
        at,
        zone: this.#zone,
        payment: { kind: 'paid', ...paid },
        wrote: this.#wrote,
      }),
    );
    this.#rebills.push({
      ...pastRebill(record, open),
      state: 'paid',
      attempt: open.declines.length + 1,
      at,
      reference: paid.reference,
    });
    living.open = undefined;
    const after = afterPaid(record, charge.order, this.#settlingRules(at));
    this.#change(living, after.autoOrder, at);
    const total = fromMinor(charge.order.total, charge.currency).toFixed(
      currencyExponent(charge.currency),
    );
    this.#log(living, at, [
      { message: `Rebill ${rebillNumber} paid: ${total} ${charge.currency}, order ${orderId}.` },
      ...after.notes,
    ]);
  }

  #settlingRules(at: Temporal.Instant) {
    return { catalog: this.#catalog, policy: this.#policy, zone: this.#zone, at };
  }

  #act(living: Living, act: Act, at: Temporal.Instant): void {
    const { record, life } = living;
    if (record.status !== 'active') return;
    const customer = personAs('customer', life.person.email);
    switch (act.kind) {
      case 'cancel': {
        const by = act.byCustomer ? customer : support;
        const request = { reason: act.reason, user: by.name };
        return this.#edit(living, canceled(record, request, at), 'Canceled', by, at);
      }
      case 'disable':
        return this.#edit(living, disabled(record, at), 'Disabled', support, at);
      case 'pause':
        return this.#edit(living, paused(record), 'Paused', customer, at);
      case 'resume':
        return this.#edit(living, this.#resumed(record, at), 'Resumed', customer, at);
      case 'merge':
        return this.#merge(living, at);
    }
  }

  /**
   * Resumes an auto order. A customer who returns after months does not want all missed shipments.
   */
  #resumed(record: AutoOrder, at: Temporal.Instant): AutoOrder {
    const rules = { now: at, zone: this.#zone };
    return {
      ...record,
      items: record.items.map((item) =>
        skipMissed({ ...item, paused: false }, this.#catalog, rules),
      ),
    };
  }

  #merge(source: Living, at: Temporal.Instant): void {
    const target = (this.#byPerson.get(source.life.person.customerProfileOid) ?? []).find(
      (each) => each !== source && each.record.status === 'active' && each.open === undefined,
    );
    if (target === undefined || source.open !== undefined) return;
    const { record } = source;
    const into = target.record.autoOrderOid;
    this.#edit(
      target,
      { ...target.record, items: [...target.record.items, ...record.items] },
      `Consolidated with ${record.autoOrderOid}`,
      support,
      at,
    );
    this.#edit(
      source,
      {
        ...record,
        status: 'merged',
        enabled: false,
        mergedAt: at,
        mergedIntoAutoOrderOid: into,
        nextAttemptAt: undefined,
        items: [],
      },
      `Merged into ${into}`,
      support,
      at,
    );
  }

  #edit(
    living: Living,
    after: AutoOrder,
    title: string,
    actor: ChangeActor,
    at: Temporal.Instant,
  ): void {
    const changes = changesBetween(living.record, after, {
      zone: this.#zone,
      currency: this.#request.merchant.currency,
    });
    this.#change(living, after, at);
    const message = `${title} by ${actor.name}: ${changes.map(changeWords).join('; ')}`;
    this.#changeLogs.push({ autoOrderOid: after.autoOrderOid, at, message, actor, changes });
    this.#expect(living);
  }

  #change(living: Living, record: AutoOrder, at: Temporal.Instant): void {
    if (record === living.record) return;
    living.record = record;
    living.modifiedAt = at;
  }

  #expect(living: Living): void {
    const at = dueAt(living.record);
    if (at !== undefined) this.#timeline.put(at.epochMilliseconds, { kind: 'due', living });
  }

  #log({ record }: Living, at: Temporal.Instant, notes: readonly RebillNote[]): void {
    for (const { message } of notes)
      if (message !== undefined)
        this.#logs.push({ autoOrderOid: record.autoOrderOid, at, message });
  }

  #orderId(): string {
    return orderIdOf(
      this.#request.merchant.merchantId,
      this.#request.first.order + this.#used.order++,
    );
  }
}

/** The gateway of merchants that have not set one. */
const gateway = 'simulator';
const personAs = (kind: 'customer' | 'user', name: string): ChangeActor => ({
  kind,
  name,
  user_id: undefined,
  address: undefined,
});
const support = personAs('user', 'support@example.com');
const declineMessage = 'The card was declined.';

const referenceOf = (ids: IdFactory): string => `sim_${ids.secret(10)}`;

function declinedRebill(record: AutoOrder, open: OpenRebill): PastRebill {
  const { attempt, at } = required(open.declines.at(-1), 'declined attempt');
  return { ...pastRebill(record, open), state: 'declined', attempt, at };
}

function pastRebill(
  { autoOrderOid, rebillCount }: AutoOrder,
  { orderId, declines, charge }: OpenRebill,
) {
  return {
    autoOrderOid,
    rebillNumber: rebillCount + 1,
    orderId,
    declines,
    amount: charge.order.total,
    currency: charge.currency,
    route: charge.card ? [gateway] : [],
  };
}

function declineOf(
  { card, declines }: Life,
  rebillNumber: number,
  attempt: number,
  at: Temporal.Instant,
): DeclineReason | undefined {
  if (card.fails !== undefined && at.epochMilliseconds >= card.fails.fromMs)
    return card.fails.reason;
  return declines.find(
    (decline) => decline.rebillNumber === rebillNumber && attempt <= decline.times,
  )?.reason;
}

/** Returns the order that a shop would send to insert it. */
function wireOrder({ person, card, lines, shipping, theme, coupon }: Life): Order {
  const { address, shipsTo = address, email, ccEmail } = person;
  const isLight = lines.every(({ itemId }) => itemId === 'PDF');
  return {
    billing: { ...address, email, ...(ccEmail === undefined ? {} : { cc_emails: [ccEmail] }) },
    shipping: {
      ...shipsTo,
      shipping_method:
        shipsTo.country_code === 'US' ? 'USPS: Ground Advantage' : 'International Parcel',
      ship_to_residential: shipsTo.company === undefined,
    },
    checkout: {
      screen_branding_theme_code: theme,
      storefront_host_name: `${theme.toLowerCase()}.example.com`,
    },
    items: lines.map(({ itemId, quantity, schedule, options }) => ({
      merchant_item_id: itemId,
      quantity,
      ...(options === undefined ? {} : { options: [...options] }),
      ...(schedule === undefined ? {} : { auto_order_schedule: schedule }),
    })),
    payment: {
      payment_method: 'Credit Card',
      credit_card: {
        card_type: card.type,
        card_number: maskedCardNumber(card.lastFour),
        card_number_token: card.token,
        card_expiration_month: card.expirationMonth,
        card_expiration_year: card.expirationYear,
      },
    },
    ...(coupon === undefined ? {} : { coupons: [{ coupon_code: coupon }] }),
    summary: { arbitrary_shipping_handling_total: { value: isLight ? 0 : shipping } },
    marketing: { mailing_list: email.length % 3 !== 0 },
  };
}
