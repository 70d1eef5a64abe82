import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { GatewayKind } from './gatewaySettings.ts';

/** A charge that a gateway's own books hold and that moved money, or may have. */
export interface KnownCharge {
  readonly kind: GatewayKind;
  /** The gateway's code, where its books name it. */
  readonly gatewayCode?: string;
  readonly merchantId: string;
  readonly key: string;
  readonly reference: string;
  /** False: the gateway has not decided. */
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

/** The books of a gateway, as it keeps them. Fails when it cannot be asked. */
export interface GatewayLedger {
  readonly kind: GatewayKind;
  /** Moves real money. */
  readonly isReal: boolean;
  /** Newest first or last, as the gateway has them. */
  charges(request: KnownChargesRequest): Promise<KnownCharge[]>;
}
