import { TaxRate } from '@perennial/contract/tax.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { levelOf, placeOfNames } from './taxPlace.ts';
import { keyOf, rateFault } from './taxRate.ts';
import { addTaxRate, deleteTaxRate, listTaxRates, lockTaxRate, saveTaxRate } from './taxStore.ts';

/** A page of a merchant's tax rates, and whether there are more. */
export interface TaxRatePage {
  readonly rates: readonly TaxRate[];
  readonly hasMore: boolean;
}

/** Returns a page of a merchant's tax rates, oldest first. */
export async function getTaxRates(
  { db, merchant }: Context,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<TaxRatePage> {
  const rates = await listTaxRates(db, merchant.merchantId, { limit: limit + 1, offset });
  return { rates: rates.slice(0, limit).map(withLevel), hasMore: rates.length > limit };
}

/**
 * Adds the tax rate of a place and returns it. It applies to rebills and new orders from then on.
 */
export async function insertTaxRate(context: Context, body: TaxRate): Promise<TaxRate> {
  const { merchantId, timeZone } = context.merchant;
  const given = cleaned(merged<TaxRate>({}, writable(TaxRate, body, timeZone)));
  refuseFault(rateFault(given));
  return inTransaction(context, async (context) => {
    const { db } = context;
    const oid = await takeNumbers(db, merchantId, 'tax_rate', 1);
    const rate = { ...given, tax_rate_oid: oid, version: 1 };
    if (!(await addTaxRate(db, merchantId, rate)))
      refuse('state_conflict', {
        reason: `The ${levelOf(placeOfNames(rate))} already has a tax rate`,
        fix: 'Update that rate instead',
      });
    await recordAct(context, { act: 'insertTaxRate', ...named(oid), after: rate });
    return withLevel(rate);
  });
}

/** Changes a tax rate and returns it. Its place cannot change. */
export function updateTaxRate(
  context: Context,
  oid: number,
  body: TaxRate,
  ifMatch?: number,
): Promise<TaxRate> {
  const { merchantId, timeZone } = context.merchant;
  return inTransaction(context, async (context) => {
    const { db } = context;
    const before = (await lockTaxRate(db, merchantId, oid)) ?? noTaxRate(oid);
    const version = versionOf(before);
    refuseOtherVersion(version, ifMatch, String(oid));
    const changed = cleaned(merged<TaxRate>(before, writable(TaxRate, body, timeZone)));
    const rate = { ...changed, version: version + 1 };
    refuseFault(rateFault(rate));
    if (keyOf(rate) !== keyOf(before))
      refuse('invalid_field', {
        field: 'country_code',
        reason: 'or another name of the place differs from the stored rate',
        fix: 'Insert a rate for the other place, and delete this one',
      });
    await saveTaxRate(db, merchantId, rate);
    await recordAct(context, { act: 'updateTaxRate', ...named(oid), before, after: rate });
    return withLevel(rate);
  });
}

/** Deletes a tax rate. */
export function removeTaxRate(context: Context, oid: number, ifMatch?: number): Promise<void> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const before = (await lockTaxRate(context.db, merchantId, oid)) ?? noTaxRate(oid);
    refuseOtherVersion(versionOf(before), ifMatch, String(oid));
    await deleteTaxRate(context.db, merchantId, oid);
    await recordAct(context, { act: 'deleteTaxRate', ...named(oid), before });
  });
}

/** Returns the text by which the log names a rate. */
const named = (oid: number) => ({ objectType: 'tax rate', objectId: String(oid) });

const noTaxRate = (oid: number): never => refuse('not_found', { what: 'tax rate', id: oid });

function refuseFault(fault: FieldFault | undefined): void {
  if (fault !== undefined) refuse('invalid_field', fault);
}

/** A rate that was stored before rates had versions has its first version. */
const versionOf = ({ version = 1 }: TaxRate): number => version;

const withLevel = (rate: TaxRate): TaxRate => ({
  ...rate,
  level: levelOf(placeOfNames(rate)),
  version: versionOf(rate),
});

const names = ['country_code', 'state_region', 'county', 'city', 'postal_code'] as const;

/** Returns the rate with trimmed names. Empty names are left out. */
const cleaned = ({ level: _, ...rate }: TaxRate): TaxRate =>
  fromLoose<TaxRate>({
    ...rate,
    ...Object.fromEntries(names.map((name) => [name, rate[name]?.trim() || undefined])),
  });
