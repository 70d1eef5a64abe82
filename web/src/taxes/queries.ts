import type { TaxRate } from '@perennial/contract/tax.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { asOpened, newDecisionKey, type Write, written } from '../shell/draftWrites.ts';
import { taxBody } from './forms.ts';

const pageSize = 200;

/** All tax rates: those of countries first, then by place. */
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

async function readRates(signal: AbortSignal): Promise<readonly TaxRate[]> {
  const rates: TaxRate[] = [];
  for (;;) {
    const query = { _limit: pageSize, _offset: rates.length };
    const page = (await call('getTaxRates', { query, signal })).tax_rates ?? [];
    rates.push(...page);
    if (page.length < pageSize) return rates;
  }
}

/** Changes a tax rate. Rates have no versions: the last change counts. */
export const writeTax =
  (oid: number): Write =>
  ({ draft }, to, idempotencyKey) =>
    written(
      () => update(oid, taxBody(draft, to), idempotencyKey),
      () => () => update(oid, taxBody(to, draft), newDecisionKey()),
    );

async function update(oid: number, body: TaxRate, idempotencyKey: string): Promise<void> {
  await call('updateTaxRate', { params: { tax_rate_oid: oid }, body, idempotencyKey });
  await forget();
}

/** Adds a tax rate. Taking it back deletes it. */
export const addTax: Write = ({ draft }, to, idempotencyKey) =>
  written(
    async () => {
      const body = taxBody(draft, to);
      const added = await call('insertTaxRate', { body, idempotencyKey });
      await forget();
      return added.tax_rate?.tax_rate_oid ?? 0;
    },
    (oid) => () => deleteTax(oid, newDecisionKey()),
  );

/** Deletes a tax rate. */
export async function deleteTax(oid: number, idempotencyKey: string): Promise<void> {
  await call('deleteTaxRate', { params: { tax_rate_oid: oid }, idempotencyKey });
  await forget();
}

/** Adds a deleted rate again, under another oid. */
export async function restoreTax(rate: TaxRate): Promise<void> {
  const { tax_rate_oid: _oid, level: _level, ...body } = rate;
  await call('insertTaxRate', { body });
  await forget();
}

const forget = () => queryClient.invalidateQueries({ queryKey: ['tax rates'] });
