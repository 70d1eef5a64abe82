import { useCan } from '../shell/session.tsx';

/** Whether the person may settle a charge by hand, of a rebill or of an order. */
export function useCanSettle(): boolean {
  const [ofRebills, ofOrders] = [useCan(['auto_order_write']), useCan(['order_write'])];
  return ofRebills && ofOrders;
}
