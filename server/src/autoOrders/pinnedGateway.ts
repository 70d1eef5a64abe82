import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { AutoOrder } from './autoOrder.ts';

/** Returns the codes of a merchant's gateways. */
export type GatewayCodesOf = (merchant: Merchant) => readonly string[];

/**
 * Warns that the gateway which an update pins is not one of the merchant's (`codes`), so that other
 * gateways charge instead. It is not a refusal, because auto orders that are moved here may still
 * name gateways of another system. A pin that does not change causes no warning.
 */
export function unknownPinWords(
  { rotatingTransactionGatewayCode: before }: AutoOrder,
  { rotatingTransactionGatewayCode: pinned }: AutoOrder,
  codes: readonly string[],
): string[] {
  if (!pinned || pinned === before || codes.includes(pinned)) return [];
  return [
    `rotating_transaction_gateway_code: there is no gateway ${pinned}, so the pin has no effect. ` +
      `Send one of: ${codes.join(', ')}.`,
  ];
}
