import type { Context } from '../platform/context.ts';
import { createTasks, server } from './saveOperations.ts';
import { raisedBy } from './task.ts';

/** A gateway's report about a charge that could not be recorded on an order. */
export interface UnrecordedReport {
  readonly kind: 'refund' | 'failed refund' | 'dispute';
  readonly gateway: string;
  readonly orderId: string;
  readonly chargeReference: string;
  /** Of a dispute: until when it can be responded to, as ISO 8601 text. */
  readonly dueAt?: string | undefined;
}

/** Raises a task about a report that is not tried again, in the caller's transaction. */
export async function raiseReportTask(context: Context, report: UnrecordedReport): Promise<void> {
  const { kind, gateway, orderId, chargeReference, dueAt } = report;
  await createTasks(context, [
    {
      taskUuid: context.ids.uuid(),
      name: `Check the charge ${chargeReference} at the gateway`,
      details:
        `The gateway ${gateway} reported a ${kind} of the charge ${chargeReference} for order ` +
        `${orderId}. It could not be recorded for three days: no order has that charge, or a refund ` +
        `of it has no outcome yet. Check the charge in the pages of the gateway` +
        `${dueAt === undefined ? '' : `, respond there until ${dueAt}`}, and change the order if ` +
        'money was given back.',
      context: `Order ${orderId}`,
      ...raisedBy(server, context.now),
    },
  ]);
}
