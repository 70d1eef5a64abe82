import type { OrderCurrentStageHistory, orderStages } from '@perennial/contract/order.ts';
import type { OrderDocument, OrderRecord } from './order.ts';

/** The stages of an order (order reference, Order.current_stage). */
export type OrderStage = (typeof orderStages)[number];

const onward = [
  'Shipping Department',
  'Completed Order',
  'Pre-ordered',
  'Least Cost Routing',
  'Advanced Order Routing',
] as const;

/**
 * For each stage, the stages to which a user may move an unpaid order. Charges move orders by
 * themselves (payment.ts).
 */
export const stageTransitions: Readonly<Record<OrderStage, readonly OrderStage[]>> = {
  'Quote Request': ['Quote Sent', 'Accounts Receivable', 'Rejected'],
  'Quote Sent': ['Quote Request', 'Accounts Receivable', 'Rejected'],
  'Accounts Receivable': [...onward, 'Pending Clearance', 'Fraud Review', 'Hold', 'Rejected'],
  'Pending Clearance': [...onward, 'Accounts Receivable', 'Fraud Review', 'Hold', 'Rejected'],
  'Fraud Review': [...onward, 'Accounts Receivable', 'Pending Clearance', 'Hold', 'Rejected'],
  Hold: [...onward, 'Accounts Receivable', 'Pending Clearance', 'Fraud Review', 'Rejected'],
  'Pre-ordered': [
    'Shipping Department',
    'Completed Order',
    'Least Cost Routing',
    'Advanced Order Routing',
    'Fraud Review',
    'Hold',
    'Rejected',
  ],
  'Least Cost Routing': [
    'Shipping Department',
    'Completed Order',
    'Advanced Order Routing',
    'Fraud Review',
    'Hold',
    'Rejected',
  ],
  'Advanced Order Routing': [
    'Shipping Department',
    'Completed Order',
    'Least Cost Routing',
    'Fraud Review',
    'Hold',
    'Rejected',
  ],
  'Shipping Department': [
    'Completed Order',
    'Least Cost Routing',
    'Advanced Order Routing',
    'Fraud Review',
    'Hold',
    'Rejected',
  ],
  'Completed Order': ['Shipping Department', 'Rejected'],
  Rejected: ['Accounts Receivable'],
  Unknown: [
    ...onward,
    'Accounts Receivable',
    'Pending Clearance',
    'Fraud Review',
    'Hold',
    'Rejected',
  ],
};

/**
 * Returns the stages to which a user may move an order. A paid order owes nothing, so undoing its
 * rejection moves it to a stage of paid orders.
 */
export function allowedStages({
  document: { current_stage: stage = 'Unknown' },
  paidAt,
}: Pick<OrderRecord, 'document' | 'paidAt'>): readonly OrderStage[] {
  const allowed = stageTransitions[stage];
  return stage === 'Rejected' && paidAt !== undefined
    ? [...onward, 'Fraud Review', 'Hold', ...allowed]
    : allowed;
}

/** Whether an order may ship in a stage. An order that reaches it counts as paid. */
export const isPaidStage = (stage: OrderStage): boolean =>
  (onward as readonly OrderStage[]).includes(stage);

const billedNoMore: ReadonlySet<OrderStage> = new Set(['Fraud Review', 'Hold', 'Rejected']);

/** Whether an original order in a stage stops the rebills of its auto order. */
export const stopsRebills = (stage: OrderStage | undefined): boolean =>
  stage !== undefined && billedNoMore.has(stage);

/** A move of an order as it is stored, with the user or application that made it. */
export interface StageMove extends OrderCurrentStageHistory {
  /** Absent on moves from before this field existed. Only getOrderStages returns it. */
  readonly by?: string;
}

/**
 * Returns the order in another stage, with the step added to its history. `atDts` is the moment in
 * the wire format. `by` is the name of the user or application, or absent for the engine.
 */
export function inStage(
  order: OrderDocument,
  stage: OrderStage,
  atDts: string,
  by = 'Perennial',
): OrderDocument {
  const before = order.current_stage;
  if (before === stage) return order;
  const { reject_dts: _, ...rest } = order;
  const move: StageMove = {
    after_stage: stage,
    ...(before === undefined ? {} : { before_stage: before }),
    transition_dts: atDts,
    by,
  };
  return {
    ...rest,
    current_stage: stage,
    ...(stage === 'Rejected' ? { reject_dts: atDts } : {}),
    current_stage_histories: [...(order.current_stage_histories ?? []), move],
  };
}
