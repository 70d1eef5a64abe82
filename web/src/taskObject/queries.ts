import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import type { AutoOrderRow, CustomerRow, ItemRow, OrderRow } from '@perennial/contract/screens.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';

export { type Attempt, attempt } from '../api/attempt.ts';

/** The object of a task, with the facts that the task's pane shows. */
export interface TaskObject {
  readonly autoOrder?: AutoOrderRow | undefined;
  readonly order?: OrderRow | undefined;
  readonly customer?: CustomerRow | undefined;
  readonly item?: ItemRow | undefined;
}

/** Reads the object of a task; an order is read with its auto order. */
export const taskObjectQuery = ({ object_type: type, object_id: id = '' }: WorkflowTask) =>
  queryOptions<TaskObject>({
    queryKey: ['task object', type, id],
    queryFn: async ({ signal }) => {
      switch (type) {
        case 'auto order':
          return { autoOrder: await autoOrderOf(id, signal) };
        case 'order': {
          const { orders = [] } = await call('searchOrders', { body: { text: id }, signal });
          const order = orders.find(({ order_id }) => order_id === id);
          const code = order?.auto_order_code;
          return { order, autoOrder: code ? await autoOrderOf(code, signal) : undefined };
        }
        case 'customer profile': {
          const { customers = [] } = await call('searchCustomers', { body: { text: id }, signal });
          return { customer: customers.find((each) => String(each.customer_profile_oid) === id) };
        }
        case 'item': {
          const { items = [] } = await call('searchItems', { query: { q: id }, signal });
          return { item: items.find(({ merchant_item_id }) => merchant_item_id === id) };
        }
        default:
          return {};
      }
    },
  });

async function autoOrderOf(code: string, signal: AbortSignal): Promise<AutoOrderRow | undefined> {
  const { auto_orders = [] } = await call('searchAutoOrders', { body: { text: code }, signal });
  return auto_orders.find(({ auto_order_code }) => auto_order_code === code);
}

/** Refreshes the objects of tasks as they change, until the returned function is called. */
export function followObjects(): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = onFrame(({ event_topic: topic }) => {
    if (topic !== 'auto_orders' && topic !== 'orders') return;
    waiting ??= setTimeout(() => {
      waiting = undefined;
      void queryClient.invalidateQueries({ queryKey: ['task object'] });
    }, restMs);
  });
  return () => {
    stop();
    clearTimeout(waiting);
  };
}

/** Changes within this time are read together. */
const restMs = 500;

/** The amount of a charge now; null: nothing is left to charge. */
export const dueQuery = ({ auto_order_oid: oid = 0, status, version }: AutoOrderRow) =>
  queryOptions<PreviewRebill | null>({
    queryKey: ['task object', 'due', oid, version],
    gcTime: 0,
    queryFn: async ({ signal }) => {
      // A new card reactivates auto orders that declines have stopped.
      const change = status === 'active' ? {} : { enabled: true };
      const { after = [] } = await call('previewAutoOrderChange', {
        params: { auto_order_oid: oid },
        body: { auto_order: change, count: 1 },
        signal,
      });
      return after[0] ?? null;
    },
  });

/** The result of a new card or of a charge. */
export interface ChargeOutcome {
  readonly isCharged: boolean;
  /** Why nothing was charged. */
  readonly reason: string | undefined;
}

/** Replaces the card by a token; with `charges`, also charges a due rebill at once. */
export function replaceCard(
  { auto_order_oid: oid = 0, version }: AutoOrderRow,
  card: { readonly token: string; readonly month: number; readonly year: number },
  charges: boolean,
  idempotencyKey: string,
): Promise<ChargeOutcome> {
  return charged(() =>
    call('updateAutoOrderPayment', {
      params: { auto_order_oid: oid },
      body: {
        card_number_token: card.token,
        card_expiration_month: card.month,
        card_expiration_year: card.year,
        attempt_rebill: charges,
      },
      ...(version !== undefined && { ifMatch: version }),
      idempotencyKey,
    }),
  );
}

/** Charges the due rebill now. */
export const chargeNow = (
  { auto_order_oid: oid = 0 }: AutoOrderRow,
  idempotencyKey: string,
): Promise<ChargeOutcome> =>
  charged(() =>
    call('attemptAutoOrderRebill', { params: { auto_order_oid: oid }, idempotencyKey }),
  );

/**
 * Refreshes the data that the write changed; also after a refusal, because the record had another
 * version.
 */
async function charged(
  write: () => Promise<{
    readonly rebill_success?: boolean;
    readonly failure_reason?: string;
  }>,
): Promise<ChargeOutcome> {
  try {
    const { rebill_success: isCharged = false, failure_reason: reason } = await write();
    return { isCharged, reason };
  } finally {
    await refreshObjects();
  }
}

/** Creates the link through which the customer enters another card. */
export async function makeCardLink({ auto_order_oid: oid = 0 }: AutoOrderRow): Promise<string> {
  const input = { params: { auto_order_oid: oid } };
  return (await call('getAutoOrderUpdateBillingUrl', input)).update_billing_url ?? '';
}

/** Refreshes the data after a change of money or of a card. */
async function refreshObjects(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['task object'] }),
    queryClient.invalidateQueries({ queryKey: ['auto orders'] }),
    queryClient.invalidateQueries({ queryKey: ['auto order'] }),
    queryClient.invalidateQueries({ queryKey: ['task'] }),
  ]);
}
