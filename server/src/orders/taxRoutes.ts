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
  insertTaxRate: async (context, { body }) => payload(await insertTaxRate(context, body)),
  updateTaxRate: async (context, { params, body }) =>
    payload(await updateTaxRate(context, params.tax_rate_oid, body)),
  deleteTaxRate: async (context, { params }) => {
    await removeTaxRate(context, params.tax_rate_oid);
    return noContent();
  },
} satisfies Routes;
