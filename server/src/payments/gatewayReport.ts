import type { GatewayKind } from '@perennial/contract/gatewayKind.ts';
import type { Minor } from '../kernel/money.ts';

/** An action on one of our charges that did not come from this server, as plain JSON. */
export type GatewayReport = RefundReport | FailedRefundReport | DisputeReport;

interface AboutCharge {
  /** The gateway's code, or its kind where its books do not name the code. */
  readonly gateway: string;
  /** The order that the charge paid for, and the gateway's id of the charge. */
  readonly orderId: string;
  readonly chargeReference: string;
  /** When it happened, as ISO 8601 text. */
  readonly at: string;
}

/** A person refunded the charge at the gateway. */
export interface RefundReport extends AboutCharge {
  readonly kind: 'refund';
  /** The total refunded of the charge so far, so repeated reports have the same figure. */
  readonly totalRefunded: Minor;
  /** The gateway's id of the refund or of the report. */
  readonly reference: string;
}

/** A refund failed at the bank after the gateway had made it, and the money came back. */
export interface FailedRefundReport extends AboutCharge {
  readonly kind: 'failed refund';
  /** The gateway's id of the refund. */
  readonly reference: string;
  readonly amount: Minor;
  readonly reason?: string | undefined;
}

/** The customer disputed the charge, or the dispute changed. */
export interface DisputeReport extends AboutCharge {
  readonly kind: 'dispute';
  /** The gateway's id of the dispute. */
  readonly reference: string;
  readonly state: 'open' | 'won' | 'lost' | 'closed';
  readonly amount: Minor;
  readonly reason?: string | undefined;
  /** The deadline for a response to the dispute, as ISO 8601 text. */
  readonly dueAt?: string | undefined;
}

/** A report as it arrived. */
export interface ArrivedReport {
  readonly merchantId: string;
  readonly gatewayKind: GatewayKind;
  /** The gateway's id of the report; a repetition has the same. */
  readonly reportId: string;
  readonly report: GatewayReport;
}
