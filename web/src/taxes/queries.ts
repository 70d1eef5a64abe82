import type { TaxRate } from '@perennial/contract/tax.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { everyPage } from '../api/everyPage.ts';
import { queryClient } from '../api/query.ts';
import { asOpened, newDecisionKey, type Write, written } from '../shell/draftWrites.ts';
import { byPlace, taxBase, taxBody } from './forms.ts';

/** All tax rates, sorted: countries first, then by place. */
export const taxRatesQuery = queryOptions<readonly TaxRate[]>({
  queryKey: ['tax rates'],
  queryFn: ({ signal }) => readRates(signal),
});

/** All tax rates, for a form. */
export const taxFormQuery = queryOptions<readonly TaxRate[]>({
  queryKey: ['tax rates form'],
  ...asOpened,
  queryFn: ({ signal }) => readRates(signal),
});

async function readRates(signal?: AbortSignal): Promise<readonly TaxRate[]> {
  const rates = await everyPage<TaxRate>(
    async (query) => (await call('getTaxRates', { query, ...(signal && { signal }) })).tax_rates,
  );
  return rates.sort(byPlace);
}

/** Changes a tax rate. */
export const writeTax =
  (oid: number): Write =>
  (from, to, idempotencyKey) => {
    const params = { tax_rate_oid: oid };
    return written(
      async () => {
        const body = taxBody(from.draft, to);
        const input = { params, body, ifMatch: from.version, idempotencyKey };
        const saved = await callVersioned('updateTaxRate', input);
        await forget();
        return saved;
      },
      ({ version = 0 }) => ({
        operation: 'updateTaxRate',
        params,
        body: taxBody(to, from.draft),
        ifMatch: version,
      }),
      async () => {
        const rates = await readRates();
        return taxBase(rates.find(({ tax_rate_oid: each }) => each === oid) ?? {});
      },
    );
  };

/** Adds a tax rate. Undoing it deletes the rate. */
export const addTax: Write = ({ draft }, to, idempotencyKey) =>
  written(
    async () => {
      const body = taxBody(draft, to);
      const added = await call('insertTaxRate', { body, idempotencyKey });
      await forget();
      return added.tax_rate?.tax_rate_oid ?? 0;
    },
    (oid) => () => deleteTax({ tax_rate_oid: oid, version: 1 }, newDecisionKey()),
  );

/** Deletes a tax rate if it still has the version that was read. */
export async function deleteTax(
  { tax_rate_oid: oid = 0, version = 1 }: TaxRate,
  idempotencyKey: string,
): Promise<void> {
  const params = { tax_rate_oid: oid };
  await call('deleteTaxRate', { params, ifMatch: version, idempotencyKey });
  await forget();
}

/** Adds a deleted rate again, with another oid. */
export async function restoreTax(rate: TaxRate): Promise<void> {
  const { tax_rate_oid: _oid, level: _level, version: _version, ...body } = rate;
  await call('insertTaxRate', { body });
  await forget();
}

const forget = () => queryClient.invalidateQueries({ queryKey: ['tax rates'] });
