/**
 * The kinds of gateways that a merchant's settings may name. A merchant whose settings name none is
 * charged by the first kind that moves money and is set up.
 */
export const gatewayKinds = ['simulator', 'stripe'] as const;
/** A kind of gateway. */
export type GatewayKind = (typeof gatewayKinds)[number];

/** Whether charges of a kind move real money: such a gateway never charges on a test clock. */
export const movesMoney: Readonly<Record<GatewayKind, boolean>> = {
  simulator: false,
  stripe: true,
};
