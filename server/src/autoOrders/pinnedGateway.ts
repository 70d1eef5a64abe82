import { gatewayKinds } from '@perennial/contract/gatewayKind.ts';
import type { AutoOrder } from './autoOrder.ts';

/**
 * Says that the gateway which an update pins is not one of the merchant's, so that charges go to the
 * others. It is a warning and not a refusal, because auto orders that are moved here may still name
 * gateways of another system. `settings` are the merchant's. A pin that stays causes no sentence.
 */
export function unknownPinWords(
  { rotatingTransactionGatewayCode: before }: AutoOrder,
  { rotatingTransactionGatewayCode: pinned }: AutoOrder,
  settings: Readonly<Record<string, unknown>>,
): string[] {
  const codes = gatewayCodes(settings);
  if (!pinned || pinned === before || codes.includes(pinned)) return [];
  return [
    `rotating_transaction_gateway_code: there is no gateway ${pinned}, so the pin has no effect. ` +
      `Send one of: ${codes.join(', ')}.`,
  ];
}

/** A merchant without a list of gateways has one, whose code is its kind. */
function gatewayCodes({ gateways }: Readonly<Record<string, unknown>>): readonly string[] {
  const { list } = (gateways ?? {}) as { readonly list?: unknown };
  const named = (Array.isArray(list) ? list : []).flatMap(
    ({ code }: { readonly code?: unknown }) => (typeof code === 'string' ? [code] : []),
  );
  return named.length > 0 ? named : gatewayKinds;
}
