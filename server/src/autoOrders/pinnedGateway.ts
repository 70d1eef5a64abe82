import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { AutoOrder } from './autoOrder.ts';

/** Returns the codes of a merchant's gateways. */
export type GatewayCodesOf = (merchant: Merchant) => readonly string[];

/**
 * Says that the gateway which an update pins is not one of the merchant's, so that charges go to the
 * others. It is a warning and not a refusal, because auto orders that are moved here may still name
 * gateways of another system. `codes` are the merchant's gateways. A pin that stays causes no
 * sentence.
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
