import type { Temporal } from 'temporal-polyfill';
import { orderHooks } from '../autoOrders/hooks.ts';
import { orderAutoOrderJson } from '../autoOrders/present.ts';
import { previewDue } from '../books/dueOperations.ts';
import { lockItem } from '../items/store.ts';
import { resendOrderMail } from '../notifications/orderMailOperations.ts';
import { countSkipped } from '../notifications/store.ts';
import { queueVerificationMail } from '../notifications/verificationMailOperations.ts';
import { orderTaker } from '../orders/customerOperations.ts';
import { relatedToCustomer } from '../orders/customerOrders.ts';
import { recordReport } from '../orders/gatewayReportOperations.ts';
import type { OrderHooks } from '../orders/hooks.ts';
import { collectOrder } from '../orders/processPaymentOperations.ts';
import { receivableDueWork } from '../orders/receivableRetryWorker.ts';
import type { OrderMail } from '../orders/resendOperations.ts';
import { cardTester } from '../payments/cardTester.ts';
import type { ReportParts } from '../payments/gatewayReportWorker.ts';
import { furtherOrderCharge, orderCharge, orderObstacle } from '../payments/orderCharge.ts';
import { orderRefund } from '../payments/orderRefund.ts';
import type { Context } from '../platform/context.ts';
import type { DueWork } from '../platform/jobs/dueWork.ts';
import { defaultQuotas } from '../platform/tenancy/quotas.ts';
import { cardExpiryDueWork } from '../rebill/cardExpiryWorker.ts';
import { defaultTiming } from '../rebill/dueOperations.ts';
import { lockRebill } from '../rebill/keptOrderOperations.ts';
import { rebillDueWork } from '../rebill/rebillClockWork.ts';
import { movingDueWork } from '../workflow/moveWorker.ts';
import { raiseReportTask } from '../workflow/reportTaskOperations.ts';
import type { AppParts } from './appParts.ts';
import { findUnknown } from './namedRecords.ts';
import { peopleOf, removable } from './people.ts';
import type { Services } from './services.ts';

/** The functions that features get from each other, because they may not import each other. */
export type Features = ReturnType<typeof wireFeatures>;

/** Gives orders, rebills and clocks the functions that they need from other features. */
export function wireFeatures(
  { clock, rebillTiming, seal, isStrict = false, virusScanner, quotas = defaultQuotas }: AppParts,
  { charging: { payments }, contexts, merchants, rounds, fileStore, knownPublicUrl }: Services,
) {
  const hooks = { ...orderHooks, lockRebill };
  const reports = reportsOf(rounds, hooks);
  const orders = {
    charge: orderCharge(payments, contexts.contextFor),
    findFurther: furtherOrderCharge(payments, contexts.contextFor),
    cardTests: cardTester(payments),
    refund: orderRefund(payments, contexts.contextFor),
    isNamed: payments.isNamed,
    obstacle: orderObstacle(payments),
    describeCard: async (context: Context, cardToken: string) =>
      (await payments.of(context)).describe(cardToken),
    hooks,
    clock,
    autoOrder: orderAutoOrderJson,
    seal,
    queueMail: queueOrderMail,
    publicUrl: knownPublicUrl,
  };
  return {
    reports,
    rebills: {
      payments,
      timing: rebillTiming ?? defaultTiming,
      clock,
      ...rounds,
      newCards: orders,
      collectOrder: (context: Context, orderId: string) => collectOrder(context, orderId, orders),
    },
    orders,
    customers: {
      related: relatedToCustomer,
      takeOrders: orderTaker(orderHooks),
      findUnknown,
      hasItem: async ({ db, merchant }: Context, oid: number) =>
        (await lockItem(db, merchant.merchantId, oid)) !== undefined,
      seal,
      publicUrl: knownPublicUrl,
      queueVerificationMail,
    },
    privacy: { people: peopleOf(seal), removable, clock },
    clocks: {
      ...rounds,
      clock,
      merchants,
      isReal: payments.isReal,
      previewDue: (context: Context, until: Temporal.Instant, limit: number) =>
        previewDue(context, until, limit, !payments.isReal(context.merchant)),
      countSkippedMails: (
        { db, merchant }: Context,
        from: Temporal.Instant,
        until: Temporal.Instant,
      ) => countSkipped(db, merchant.merchantId, from, until),
      dueWork: dueWorkOf(orders, { payments }, clock),
    },
    files: { store: fileStore, clock, quotas, isStrict, virusScanner },
  };
}

const reportsOf = (rounds: Services['rounds'], hooks: OrderHooks): ReportParts => ({
  ...rounds,
  record: (context, report) => recordReport(context, report, hooks),
  raiseUnmatched: raiseReportTask,
});

/** The kinds of due work that a moved clock plays, in this order. */
const dueWorkOf = (
  orders: Parameters<typeof receivableDueWork>[0],
  ...rebills: Parameters<typeof rebillDueWork>
): DueWork[] => [
  cardExpiryDueWork,
  rebillDueWork(...rebills),
  receivableDueWork(orders),
  movingDueWork,
];

/** Queues a mail about an order. The receipt of a rebill is a mail about its auto order. */
const queueOrderMail = (context: Context, { kind, order }: OrderMail): Promise<void> =>
  resendOrderMail(context, {
    kind: kind === 'receipt' && !order.rebillNumber ? 'order_receipt' : kind,
    orderId: order.orderId,
    autoOrderOid: order.autoOrderOid,
    document: order.document,
  });
