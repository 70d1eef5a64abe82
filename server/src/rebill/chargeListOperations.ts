import { chargeStates } from '@perennial/contract/perennial.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type ListedCharge, listCharges } from './chargeListStore.ts';

/** A page of charges that have not ended. */
export interface ChargePage {
  readonly charges: readonly ListedCharge[];
  readonly hasMore: boolean;
}

/** Returns a page of the charges that have not ended. `states` are separated by commas. */
export async function readCharges(
  { db, merchant: { merchantId }, actor: { permissions } }: Context,
  states: string | undefined,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ChargePage> {
  const filter = {
    states: statesOf(states),
    hasRebills: permissions.has('auto_order_read'),
    hasOrders: permissions.has('order_read'),
  };
  const found = await listCharges(db, merchantId, filter, { limit: limit + 1, offset });
  return { charges: found.slice(0, limit), hasMore: found.length > limit };
}

function statesOf(text = ''): ListedCharge['state'][] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const isState = (word: string): word is ListedCharge['state'] =>
    (chargeStates as readonly string[]).includes(word);
  if (!words.every(isState)) refuse('unknown_enum', { field: 'state', allowed: chargeStates });
  return words.length === 0 ? [...chargeStates] : words.filter(isState);
}
