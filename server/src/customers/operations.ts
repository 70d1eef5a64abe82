import { Customer, type CustomerQuery } from '@perennial/contract/customer.ts';
import type { QueryOf } from '@perennial/contract/operations.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { insertable, merged, writable } from '../platform/http/document.ts';
import { type Compared, fieldsWithoutEffect } from '../platform/http/ignoredFields.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { FindUnknown } from '../platform/http/unknownNames.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import type { Seal } from '../platform/seal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { JsonPage, VersionedJson } from '../platform/storage/page.ts';
import { queueAdoption } from './adoptionStore.ts';
import { customerFault, type StoredCustomer, withPartIds } from './customer.ts';
import type { Related } from './present.ts';
import {
  type CustomerKey,
  type CustomerList,
  emailKey,
  filterNames,
  insertCustomer as insert,
  lockCustomer,
  readCustomerJson,
  readCustomerPage,
  saveCustomer,
} from './store.ts';

/** The functions of other features that profiles need. */
export interface CustomerParts {
  /** Returns the SQL of a part that is read from other records. */
  readonly related: Related;
  /**
   * Gives the profile the orders that have its email and no profile, or those of another profile.
   * Returns whether more are left.
   */
  readonly takeOrders: TakeOrders;
  /** Finds the pricing tiers that a profile names and that do not exist. */
  readonly findUnknown: FindUnknown;
  /** Whether the catalogue has an item. Locks the item until the transaction ends. */
  hasItem(context: Context, itemOid: number): Promise<boolean>;
  /** Seals tokens that represent a customer. */
  readonly seal: Seal;
  /** The address of this server, without a trailing slash. */
  publicUrl(): Promise<string>;
  readonly queueVerificationMail: QueueVerificationMail;
}

/** Queues the mail with the token to an address. `app/` provides it. */
export type QueueVerificationMail = (context: Context, email: string) => Promise<void>;

/** See {@link CustomerParts}. */
export type TakeOrders = (
  context: Context,
  oid: number,
  from: { readonly email: string } | { readonly oid: number },
) => Promise<boolean>;

/** Returns the JSON of one profile with its version. */
export async function getCustomer(
  context: Context,
  { related }: CustomerParts,
  key: CustomerKey,
  expand: ReadonlySet<string>,
): Promise<VersionedJson> {
  const { merchantId, timeZone } = context.merchant;
  const reading = { timeZone, related: { sql: related, now: context.now } };
  const read = await readOne(context, {
    what: 'customer',
    id: 'oid' in key ? key.oid : key.email,
    expand,
    read: (expand) => readCustomerJson(context.db, merchantId, key, expand, reading),
  });
  return read ?? noCustomer(key);
}

/** The criteria of a list: those of the query string, and those that only a body can contain. */
export type CustomerCriteria = QueryOf<'getCustomers'> & CustomerQuery;

/** Returns a page of profiles. */
export function getCustomers(
  context: Context,
  { related }: CustomerParts,
  query: CustomerCriteria,
  { page, sort, expand }: Pick<CustomerList, 'page' | 'sort' | 'expand'>,
): Promise<JsonPage> {
  const { merchantId, timeZone } = context.merchant;
  const given = query as Readonly<Record<string, string | undefined>>;
  const moment = (field: string) => filterDate(given[field], field, timeZone);
  const changed = ['_since', 'last_modified_dts_start']
    .map(moment)
    .filter((at) => at !== undefined);
  return readCustomerPage(context.db, merchantId, {
    filters: Object.fromEntries(filterNames.map((name) => [name, given[name]])),
    emails: query.emails,
    anyTags: query.any_tags,
    allTags: query.all_tags,
    pricingTierOid: query.pricing_tier_oid ?? undefined,
    // If both are given, the later one applies.
    modified: {
      begin: changed.sort((a, b) => b.epochMilliseconds - a.epochMilliseconds)[0],
      end: moment('last_modified_dts_end'),
    },
    signedUp: { begin: moment('signup_dts_start'), end: moment('signup_dts_end') },
    page,
    sort,
    expand,
    timeZone,
    related: { sql: related, now: context.now },
  });
}

/** The JSON of a written profile, and the fields of the request that had no effect. */
export interface WrittenCustomer extends VersionedJson {
  readonly ignored: readonly string[];
}

/**
 * Adds a profile and returns its JSON. Orders with its email belong to this customer, including
 * earlier ones (UltraCart wiki, customer profiles). If there are too many for one request, a worker
 * adds the others.
 */
export async function insertCustomer(
  context: Context,
  parts: CustomerParts,
  body: Customer,
  expand: ReadonlySet<string>,
): Promise<WrittenCustomer> {
  const { merchantId } = context.merchant;
  const wire = merged<Customer>({ merchant_id: merchantId }, written(context, body, insertable));
  refuseFault(context, wire);
  const oid = await takeNumbers(context.db, merchantId, 'customer', 1);
  const customer = withPartIds(wire, oid);
  return inTransaction(context, async (context) => {
    if (!(await insert(context.db, merchantId, customer, context.now))) refuseTaken(customer);
    await adoptOrders(context, parts, oid, wire.email ?? '');
    await context.events.emit(context, [
      { name: 'customer_create', objectType: 'customer profile', objectId: String(oid) },
    ]);
    return {
      ...(await getCustomer(context, parts, { oid }, expand)),
      ignored: ignoredOf(context, body, { after: customer.document }),
    };
  });
}

/**
 * Changes a profile and returns its JSON. Absent fields stay, an explicit null clears, and lists
 * are replaced.
 */
export async function updateCustomer(
  context: Context,
  parts: CustomerParts,
  oid: number,
  body: Customer,
  { expand, ifMatch }: { readonly expand: ReadonlySet<string>; readonly ifMatch?: number },
): Promise<WrittenCustomer> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const stored = (await lockCustomer(context.db, merchantId, oid)) ?? noCustomer({ oid });
    refuseOtherVersion(stored.version, ifMatch, String(oid));
    const change = written(context, body);
    const wire = merged(stored.document, { ...change, last_modified_by: context.actor.name });
    refuseFault(context, wire);
    const customer = withPartIds(wire, oid, stored);
    if (!(await saveCustomer(context.db, merchantId, customer, context.now))) refuseTaken(customer);
    if (emailKey(wire.email ?? '') !== emailKey(stored.document.email ?? ''))
      await adoptOrders(context, parts, oid, wire.email ?? '');
    const data = { changed: Object.keys(change) };
    await context.events.emit(context, [
      { name: 'customer_update', objectType: 'customer profile', objectId: String(oid), data },
    ]);
    return {
      ...(await getCustomer(context, parts, { oid }, expand)),
      ignored: ignoredOf(context, body, { before: stored.document, after: customer.document }),
    };
  });
}

/**
 * Gives the profile the earlier orders of its email. The worker adds those that do not fit into one
 * batch.
 */
export async function adoptOrders(
  context: Context,
  { takeOrders }: CustomerParts,
  oid: number,
  email: string,
): Promise<void> {
  if (await takeOrders(context, oid, { email }))
    await queueAdoption(context.db, context.merchant.merchantId, { oid, fromOid: 0 });
}

const ignoredOf = (
  { merchant: { timeZone: zone } }: Context,
  body: Customer,
  held: Omit<Compared, 'zone'>,
): string[] => fieldsWithoutEffect(Customer, body, { ...held, zone }, notCompared);

/**
 * Fields that are not compared. Tokens are stored separately. The others are read from other
 * records or set by the server, and clients send them back as they read them.
 */
const notCompared = new Set([
  'activity',
  'card_number',
  'card_number_token',
  'last_modified_by',
  'last_modified_dts',
  'orders',
  'orders_summary',
  'quotes',
  'quotes_summary',
  'signup_dts',
]);

// Fields that the server sets, fields that other features return, and a password, which this server
// cannot check.
const serverFields = {
  merchant_id: undefined,
  activity: undefined,
  orders: undefined,
  orders_summary: undefined,
  quotes: undefined,
  quotes_summary: undefined,
  password: undefined,
  send_signup_notification: undefined,
};

function written(context: Context, body: Customer, taken = writable): Customer {
  const { billing, shipping, ...change } = taken(Customer, body, context.merchant.timeZone);
  return fromLoose<Customer>({
    ...change,
    ...serverFields,
    billing: recognised(billing, body.billing, 'customer_billing_oid'),
    shipping: recognised(shipping, body.shipping, 'customer_shipping_oid'),
    ...(typeof change.email === 'string' ? { email: change.email.trim() } : {}),
  });
}

// The server assigns the ids of addresses, but a client uses them to select an address.
function recognised<Part extends object, Name extends keyof Part & string>(
  parts: Part[] | undefined,
  sent: readonly Part[] | undefined,
  name: Name,
): Part[] | undefined {
  return parts && parts.map((part, i) => ({ ...part, [name]: sent?.[i]?.[name] }));
}

function refuseFault({ merchant }: Context, customer: Customer): void {
  const fault = customerFault(customer, merchant.currency);
  if (fault) refuse('invalid_field', fault);
}

function refuseTaken({ document }: StoredCustomer): never {
  return refuse('state_conflict', {
    reason: `email ${emailKey(document.email ?? '')} already has a profile`,
    fix: 'Read that profile by email and update it',
  });
}

/** Refuses a request for a profile that does not exist. */
export function noCustomer(key: CustomerKey): never {
  if ('oid' in key) return refuse('not_found', { what: 'customer', id: key.oid });
  return refuse('not_found', { what: 'customer', id: key.email, by: 'email' });
}
