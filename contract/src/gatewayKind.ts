/**
 * The kinds of gateways that a merchant's settings may name. If a merchant's settings name none,
 * the first configured kind that moves money charges its customers.
 */
export const gatewayKinds = ['simulator', 'stripe'] as const;
/** A kind of gateway. */
export type GatewayKind = (typeof gatewayKinds)[number];

/**
 * Returns whether charges of a kind move real money. Such a gateway never charges on a test clock.
 */
export const movesMoney: Readonly<Record<GatewayKind, boolean>> = {
  simulator: false,
  stripe: true,
};
