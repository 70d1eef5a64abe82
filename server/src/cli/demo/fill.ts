import type { Customer } from '@perennial/contract/customer.ts';
import { Temporal } from 'temporal-polyfill';
import { saveFacets } from '../../autoOrders/searchStore.ts';
import { appendChangeLogs, appendLogs, insertAutoOrders } from '../../autoOrders/store.ts';
import { withPartIds } from '../../customers/customer.ts';
import { type ImportedCustomer, insertCustomers } from '../../customers/importStore.ts';
import type { CatalogItem } from '../../items/item.ts';
import { catalogKey, findCatalogItems, insertItem } from '../../items/store.ts';
import { required } from '../../kernel/assert.ts';
import { maskedCardNumber } from '../../kernel/cardNumbers.ts';
import { insertOrders } from '../../orders/store.ts';
import { addTaxRate, hasTaxRates } from '../../orders/taxStore.ts';
import { takeNumbers } from '../../platform/storage/counters.ts';
import type { Database } from '../../platform/storage/database.ts';
import type { Merchant } from '../../platform/tenancy/merchant.ts';
import { insertPastRebills } from '../../rebill/importStore.ts';
import { catalogue, catalogueItemIds } from './catalogue.ts';
import { type Life, peopleCount, planLives } from './lives.ts';
import { Random } from './random.ts';
import { ensureDemoCoupons } from './selling.ts';
import { demoTaxRates } from './taxRates.ts';
import { type FirstNumbers, simulate, type World, type WorldRequest } from './world.ts';

/** The amount of demo data, its age, and the seed that generates it. */
export interface FillRequest {
  readonly merchant: Merchant;
  /** The moment on the merchant's clock until which the history is simulated. */
  readonly now: Temporal.Instant;
  readonly seed: string;
  readonly autoOrders: number;
  /** The age of the oldest order, in days. */
  readonly daysMax: number;
  /** Aborts the work between two statements, with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (autoOrdersDone: number) => void;
}

/** The numbers of records that were written. */
export interface Filled {
  autoOrders: number;
  orders: number;
  customers: number;
}

/**
 * Fills a merchant with demo data: the catalogue, and then in batches people, their orders and
 * their auto orders with all rebills until now. Each batch is one transaction; while one is
 * written, the next is simulated. For a merchant without data, the same seed makes the same data.
 */
export async function fillMerchant(db: Database, request: FillRequest): Promise<Filled> {
  const items = await ensureCatalogue(db, request);
  await ensureTaxRates(db, request.merchant);
  const coupons = await ensureDemoCoupons(db, request.merchant, request.now);
  const filled: Filled = { autoOrders: 0, orders: 0, customers: 0 };
  let first: FirstNumbers = { autoOrder: 1, autoOrderItem: 1, order: 1 };
  const writing: Promise<void>[] = [];
  for (let planned = 0, batch = 0; planned < request.autoOrders; planned += batchSize, batch++) {
    const autoOrders = Math.min(batchSize, request.autoOrders - planned);
    const goods = { items, coupons };
    const made = await makeBatch(db, request, goods, { batch, autoOrders, first });
    first = made.next;
    if (writing.length === writersMax) await writing.shift();
    const written = writeBatch(db, request, made).then(() => {
      filled.autoOrders += made.world.autoOrders.length;
      filled.orders += made.world.orders.length;
      filled.customers += made.profiles.length;
      request.onProgress?.(filled.autoOrders);
    });
    // The error is handled where the promise is awaited. Until then it must not count as unhandled.
    written.catch(() => {});
    writing.push(written);
  }
  await Promise.all(writing);
  return filled;
}

/**
 * The number of batches that are written while the next is simulated. PostgreSQL needs longer for a
 * batch than the simulation.
 */
const writersMax = 2;

/**
 * The number of auto orders in a batch: large enough for statements that write many rows, and small
 * enough for the memory. A batch of old auto orders has tens of thousands of orders.
 */
const batchSize = 2000;

async function ensureCatalogue(
  db: Database,
  { merchant, now, daysMax }: FillRequest,
): Promise<ReadonlyMap<string, CatalogItem>> {
  const { merchantId } = merchant;
  const itemIds = catalogueItemIds();
  const existing = await findCatalogItems(db, merchantId, itemIds);
  const missing = itemIds.filter((itemId) => !existing.has(catalogKey(itemId)));
  if (missing.length === 0) return existing;
  const firstOid = await takeNumbers(db, merchantId, 'item', missing.length);
  const oidOf = (itemId: string) =>
    existing.get(catalogKey(itemId))?.itemOid ?? firstOid + missing.indexOf(itemId);
  await db.transaction(async (tx) => {
    for (const item of catalogue(merchant, now, oidOf)) {
      if (missing.includes(required(item.merchant_item_id, 'item id')))
        await insertItem(tx, merchantId, item, now.subtract({ hours: 24 * daysMax }));
    }
  });
  return findCatalogItems(db, merchantId, itemIds);
}

async function ensureTaxRates(db: Database, { merchantId }: Merchant): Promise<void> {
  if (await hasTaxRates(db, merchantId)) return;
  const first = await takeNumbers(db, merchantId, 'tax_rate', demoTaxRates.length);
  await db.transaction(async (tx) => {
    for (const [index, rate] of demoTaxRates.entries())
      await addTaxRate(tx, merchantId, { ...rate, tax_rate_oid: first + index });
  });
}

interface Batch {
  readonly world: World;
  readonly profiles: readonly ImportedCustomer[];
  /** The numbers with which the next batch probably begins. */
  readonly next: FirstNumbers;
}

/**
 * Simulates a batch with the next numbers and then takes them. If another process took some
 * meanwhile, the batch is simulated again with the numbers that it got. The first number has no
 * effect on how many it needs.
 */
async function makeBatch(
  db: Database,
  { merchant, now, seed, daysMax }: FillRequest,
  goods: Pick<WorldRequest, 'items' | 'coupons'>,
  { batch, autoOrders, first }: { batch: number; autoOrders: number; first: FirstNumbers },
): Promise<Batch> {
  const take = (name: 'customer' | 'auto_order' | 'auto_order_item' | 'order', count: number) =>
    takeNumbers(db, merchant.merchantId, name, count);
  const firstCustomer = await take('customer', peopleCount(autoOrders));
  const random = new Random(seed).fork(`batch ${batch}`);
  const lives = planLives({
    random,
    autoOrders,
    now,
    zone: merchant.timeZone,
    daysMax,
    firstCustomer,
  });
  const world = simulate({ merchant, now, ...goods, lives, first, seed });
  const { used } = world;
  const taken: FirstNumbers = {
    autoOrder: await take('auto_order', used.autoOrder),
    autoOrderItem: await take('auto_order_item', used.autoOrderItem),
    order: await take('order', used.order),
  };
  const isAsGuessed =
    taken.autoOrder === first.autoOrder &&
    taken.autoOrderItem === first.autoOrderItem &&
    taken.order === first.order;
  return {
    world: isAsGuessed ? world : simulate({ merchant, now, ...goods, lives, first: taken, seed }),
    profiles: profilesOf(merchant.merchantId, lives),
    next: {
      autoOrder: taken.autoOrder + used.autoOrder,
      autoOrderItem: taken.autoOrderItem + used.autoOrderItem,
      order: taken.order + used.order,
    },
  };
}

function writeBatch(
  db: Database,
  { merchant: { merchantId }, now, signal }: FillRequest,
  { world, profiles }: Batch,
): Promise<void> {
  const pieces = <T>(list: readonly T[]) => inPieces(list, signal);
  return db.transaction(async (tx) => {
    signal?.throwIfAborted();
    await insertCustomers(tx, merchantId, profiles);
    for (const orders of pieces(world.orders)) await insertOrders(tx, merchantId, orders);
    await insertAutoOrders(tx, merchantId, world.autoOrders);
    await saveFacets(tx, merchantId, world.facets);
    for (const rebills of pieces(world.rebills)) await insertPastRebills(tx, merchantId, rebills);
    for (const logs of pieces(world.logs)) await appendLogs(tx, merchantId, now, logs);
    for (const logs of pieces(world.changeLogs)) await appendChangeLogs(tx, merchantId, now, logs);
  });
}

/** Returns every person who bought something, as their first purchase describes them. */
function profilesOf(merchantId: string, lives: readonly Life[]): ImportedCustomer[] {
  return [
    ...new Map(lives.toReversed().map((life) => [life.person.customerProfileOid, life])).values(),
  ].map((life) => profileOf(merchantId, life));
}

function profileOf(merchantId: string, { person, card, orderedAtMs }: Life): ImportedCustomer {
  const { customerProfileOid, email, ccEmail, address, shipsTo = address } = person;
  const document: Customer = {
    merchant_id: merchantId,
    email,
    billing: [{ ...address, default_billing: true }],
    shipping: [{ ...shipsTo, default_shipping: true }],
    cards: [
      {
        card_type: card.type,
        card_number: maskedCardNumber(card.lastFour),
        card_number_token: card.token,
        card_expiration_month: card.expirationMonth,
        card_expiration_year: card.expirationYear,
      },
    ],
    ...(ccEmail === undefined
      ? {}
      : { cc_emails: [{ email: ccEmail, label: 'Office', receipt_notification: true }] }),
  };
  return {
    ...withPartIds(document, customerProfileOid),
    createdAt: Temporal.Instant.fromEpochMilliseconds(orderedAtMs),
  };
}

/** The maximum number of rows in a statement. Their JSON is held in memory on both sides. */
const pieceSize = 2000;

function* inPieces<T>(list: readonly T[], signal?: AbortSignal): Iterable<readonly T[]> {
  for (let start = 0; start < list.length; start += pieceSize) {
    signal?.throwIfAborted();
    yield list.slice(start, start + pieceSize);
  }
}
