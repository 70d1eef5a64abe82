import type { TaxRate } from '@perennial/contract/tax.ts';
import type { Database } from '../platform/storage/database.ts';
import {
  countiesKey,
  levelOf,
  placeKey,
  placeOfNames,
  storedPlaces,
  type TaxPlace,
  taxLevels,
} from './taxPlace.ts';
import { keyOf } from './taxRate.ts';

/** Whether a merchant has tax rates. */
export async function hasTaxRates(db: Database, merchantId: string): Promise<boolean> {
  const row = await db.row('select true from tax_rate where merchant_id = $1 limit 1', [
    merchantId,
  ]);
  return row !== undefined;
}

/** Reads all rates that may apply at these places, in one statement. */
export async function findTaxRates(
  db: Database,
  merchantId: string,
  places: readonly TaxPlace[],
): Promise<TaxRate[]> {
  const stored = places.flatMap(storedPlaces);
  const keys = stored.flatMap((place) => taxLevels.map((level) => placeKey(level, place)));
  const rows = await db.rows<{ document: TaxRate }>(
    `select document from tax_rate
     where merchant_id = $1 and (place_key = any($2::text[]) or county_state = any($3::text[]))`,
    [merchantId, [...new Set(keys)], [...new Set(stored.map(countiesKey))]],
  );
  return rows.map((row) => row.document);
}

/** Reads a page of a merchant's rates, by their oids. */
export async function listTaxRates(
  db: Database,
  merchantId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<TaxRate[]> {
  const rows = await db.rows<{ document: TaxRate }>(
    `select document from tax_rate where merchant_id = $1
     order by tax_rate_oid limit $2 offset $3`,
    [merchantId, limit, offset],
  );
  return rows.map((row) => row.document);
}

/** Reads a rate and locks it until the transaction ends. */
export async function lockTaxRate(
  tx: Database,
  merchantId: string,
  oid: number,
): Promise<TaxRate | undefined> {
  const row = await tx.row<{ document: TaxRate }>(
    'select document from tax_rate where merchant_id = $1 and tax_rate_oid = $2 for update',
    [merchantId, oid],
  );
  return row?.document;
}

/** Inserts a rate. Returns false if its place already has one. */
export async function addTaxRate(
  tx: Database,
  merchantId: string,
  rate: TaxRate,
): Promise<boolean> {
  const count = await tx.run(
    `insert into tax_rate (merchant_id, tax_rate_oid, place_key, county_state, document)
     values ($1, $2, $3, $4, $5) on conflict (merchant_id, place_key) do nothing`,
    [merchantId, rate.tax_rate_oid, ...keysOf(rate), JSON.stringify(rate)],
  );
  return count > 0;
}

/** Saves a locked rate. Its place cannot change. */
export async function saveTaxRate(tx: Database, merchantId: string, rate: TaxRate): Promise<void> {
  await tx.run('update tax_rate set document = $3 where merchant_id = $1 and tax_rate_oid = $2', [
    merchantId,
    rate.tax_rate_oid,
    JSON.stringify(rate),
  ]);
}

/** Deletes a rate. Returns false if there is none. */
export async function deleteTaxRate(tx: Database, merchantId: string, oid: number): Promise<void> {
  await tx.run('delete from tax_rate where merchant_id = $1 and tax_rate_oid = $2', [
    merchantId,
    oid,
  ]);
}

function keysOf(rate: TaxRate): [place: string, countyState: string | null] {
  const place = placeOfNames(rate);
  return [keyOf(rate), levelOf(place) === 'county' ? countiesKey(place) : null];
}
