import { findDigitalOids } from '../items/digitalStore.ts';
import { catalogKey, findExistingOids, findItemOids } from '../items/store.ts';
import { listTiers } from '../items/tierStore.ts';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import { listCenters } from '../orders/centerStore.ts';
import { defaultCenter } from '../orders/shipping.ts';
import { shippingMethodsOf } from '../orders/shippingMethod.ts';
import type { Context } from '../platform/context.ts';
import type { FindUnknown, NamedRecord, RecordKind } from '../platform/http/unknownNames.ts';

type Names = readonly NamedRecord['name'][];
type Exists = (name: NamedRecord['name']) => boolean;

/** How the records of each kind are found. All names in a request are looked up together. */
const finders: Readonly<Record<RecordKind, (context: Context, names: Names) => Promise<Exists>>> = {
  item: async ({ db, merchant: { merchantId } }, names) => {
    const [ids, oids] = split(names);
    const byId = ids.length === 0 ? undefined : await findItemOids(db, merchantId, ids);
    const byOid = await findExistingOids(db, merchantId, oids);
    return (name) =>
      typeof name === 'number' ? byOid.has(name) : byId?.has(catalogKey(name)) === true;
  },
  'digital item': async ({ db, merchant: { merchantId } }, names) => {
    const found = await findDigitalOids(db, merchantId, split(names)[1]);
    return (name) => found.has(Number(name));
  },
  'pricing tier': async ({ db, merchant: { merchantId } }) => {
    const tiers = await listTiers(db, merchantId);
    const known = new Set(
      tiers.flatMap(({ pricing_tier_oid: oid, name }) => [oid, foldTrimmed(name ?? '')]),
    );
    return (name) => known.has(typeof name === 'number' ? name : foldTrimmed(name));
  },
  'distribution center': async ({ db, merchant: { merchantId } }) => {
    const centers = await listCenters(db, merchantId);
    const known = new Set([defaultCenter, ...centers.map(({ code }) => code ?? '')].map(fold));
    return (name) => known.has(fold(String(name).trim()));
  },
  'shipping method': async ({ merchant: { settings, currency } }) => {
    const methods = shippingMethodsOf(settings['shipping_methods'], currency);
    const known = new Set((methods ?? []).map(({ name }) => fold(name)));
    // Orders of a merchant without shipping methods may use any name.
    return (name) => known.size === 0 || known.has(fold(String(name)));
  },
};

/** See {@link FindUnknown}. */
export const findUnknown: FindUnknown = async (context, named) => {
  const unknown: NamedRecord[] = [];
  for (const kind of new Set(named.map((each) => each.kind))) {
    const ofKind = named.filter((each) => each.kind === kind);
    const exists = await finders[kind](
      context,
      ofKind.map(({ name }) => name),
    );
    unknown.push(...ofKind.filter(({ name }) => !exists(name)));
  }
  return unknown;
};

const split = (names: Names): [ids: string[], oids: number[]] => [
  names.filter((name) => typeof name === 'string'),
  names.filter((name) => typeof name === 'number'),
];
