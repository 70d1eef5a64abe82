import type { GatewayKind } from '@perennial/contract/gatewayKind.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';

/** A charge in a gateway's own books that moved money or may have moved it. */
export interface KnownCharge {
  readonly kind: GatewayKind;
  /** The gateway's code, if its books name it. */
  readonly gatewayCode?: string;
  readonly merchantId: string;
  readonly key: string;
  readonly reference: string;
  /** False when the gateway has not decided yet. */
  readonly isCaptured: boolean;
  readonly amount: Minor;
  readonly currency: string;
  readonly orderId: string;
}

/** Which charges to list: all since a moment, or the newest ones. */
export interface KnownChargesRequest {
  readonly since?: Temporal.Instant | undefined;
  readonly newest?: number;
}

/** The books of a gateway, as it keeps them. Reading fails when the gateway cannot be reached. */
export interface GatewayLedger {
  readonly kind: GatewayKind;
  /** True when it moves real money. */
  readonly isReal: boolean;
  /** In the order that the gateway returns: newest first or last. */
  charges(request: KnownChargesRequest): Promise<KnownCharge[]>;
}
