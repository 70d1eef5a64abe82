import type { TaxRate } from '@perennial/contract/tax.ts';
import { noContent, payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { estimatePricing } from './estimateOperations.ts';
import { getTaxRates, insertTaxRate, removeTaxRate, updateTaxRate } from './taxOperations.ts';

/** The operations on a merchant's tax rates. */
export const taxRoutes = {
  async getTaxRates(context, { page: { limit, offset } }) {
    const { rates, hasMore } = await getTaxRates(context, { limit, offset });
    return payload(rates, { resultSet: { limit, offset, count: rates.length, more: hasMore } });
  },
  estimatePricing: async (context, { body }) => payload(await estimatePricing(context, body)),
  insertTaxRate: async (context, { body }) => answerOf(await insertTaxRate(context, body)),
  updateTaxRate: async (context, { params, body, ifMatch }) =>
    answerOf(await updateTaxRate(context, params.tax_rate_oid, body, ifMatch)),
  deleteTaxRate: async (context, { params, ifMatch }) => {
    await removeTaxRate(context, params.tax_rate_oid, ifMatch);
    return noContent();
  },
} satisfies Routes;

/** A rate with its version as `ETag`. */
const answerOf = (rate: TaxRate) => payload(rate, { version: rate.version ?? 1 });
