import type { PricingEstimateRequest } from '@perennial/contract/pricing.ts';
import type { Draft } from '../kit/draft.ts';
import { type DraftField, linesOf } from '../kit/draftSpecs.ts';

/** A cart and its shipping address. */
export const estimateFields: readonly DraftField[] = [
  {
    key: 'items',
    label: 'Items',
    kind: 'lines',
    hint: 'One per line: the item id and how many, for example COFFEE-HOUSE 2',
  },
  { key: 'country_code', label: 'Country', max: 2, hint: 'Two letters: US' },
  { key: 'state_region', label: 'State', max: 32 },
  { key: 'city', label: 'City', max: 32 },
  { key: 'postal_code', label: 'Postal code', max: 20 },
  { key: 'shipping_method', label: 'Shipping method', max: 50, hint: 'Empty: without shipping' },
  { key: 'coupons', label: 'Coupons', max: 200, hint: 'Codes, separated by commas' },
];

const addressKeys = ['country_code', 'state_region', 'city', 'postal_code', 'shipping_method'];

/** The form at the start. */
export const emptyCart: Draft = { items: '', country_code: 'US', coupons: '' };

/** The request of a form. */
export function estimateRequest(draft: Draft): PricingEstimateRequest {
  const codes = (draft['coupons'] ?? '').split(/[\s,]+/).filter(Boolean);
  const address = addressKeys.flatMap((key) => {
    const text = draft[key]?.trim();
    return text ? [[key, text] as const] : [];
  });
  return {
    items: linesOf(draft['items'] ?? '').map(cartLine),
    shipping: Object.fromEntries(address),
    ...(codes.length > 0 && { coupons: codes.map((code) => ({ coupon_code: code })) }),
  };
}

/** `COFFEE-HOUSE 2`; without a number, the quantity is one. */
function cartLine(line: string) {
  const [, id = line, quantity = '1'] = /^(.*\S)\s+(\d+(?:\.\d+)?)$/.exec(line) ?? [];
  return { merchant_item_id: id, quantity: Number(quantity) };
}
