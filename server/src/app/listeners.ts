import { recalculateOnItemUpdate } from '../autoOrders/recalculationListener.ts';
import { factsExpand } from '../notifications/facts.ts';
import { noticeListener } from '../notifications/noticeListener.ts';
import { tellFulfillment } from '../orders/fulfillmentListener.ts';
import { retryReaders } from '../orders/receivableRetry.ts';
import { findRetryConfig } from '../orders/receivableRetryStore.ts';
import type { EventListener } from '../platform/context.ts';
import { giveUpAwaited } from '../rebill/awaitedListener.ts';
import { wakeParked } from '../rebill/parkedListener.ts';
import { webhookListener } from '../webhooks/captureListener.ts';
import { orderTaskListener } from '../workflow/orderTaskListener.ts';
import { parkedTaskListener } from '../workflow/parkedTaskListener.ts';
import { strandedTaskListener } from '../workflow/strandedTaskListener.ts';
import { systemTaskListener } from '../workflow/systemTaskListener.ts';
import { objectReaders, readAutoOrders } from './objectReaders.ts';
import type { Services } from './services.ts';
import { readObjectFacts } from './taskObjects.ts';

/**
 * The listeners of events, in the order in which they are called. Those that change auto orders
 * come first, so that mails and webhooks show the result. Tasks and fulfillment houses come after
 * webhooks, because they emit further events, which must not be captured before the event that
 * caused them. The live sockets come last, because they only note that there is something to read.
 */
export function listenersOf({ webhooks, live }: Services): EventListener[] {
  return [
    recalculateOnItemUpdate,
    wakeParked,
    giveUpAwaited,
    noticeListener(
      (context, oids) => readAutoOrders(context, oids, factsExpand),
      async ({ db, merchant }) => {
        const { paid, rejected } = retryReaders(await findRetryConfig(db, merchant.merchantId));
        return { receivable_paid: paid, receivable_rejected: rejected };
      },
    ),
    webhookListener(objectReaders, webhooks.wake),
    tellFulfillment,
    systemTaskListener(readObjectFacts),
    parkedTaskListener(readObjectFacts),
    orderTaskListener(readObjectFacts),
    strandedTaskListener(readObjectFacts),
    live.listener,
  ];
}
