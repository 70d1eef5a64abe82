import { mailRefusedAccount } from '../notifications/gatewayMailOperations.ts';
import { chargingGate, clockStop, restoredStop, type StopSource } from '../payments/charging.ts';
import type { OpenGateways } from '../payments/gateways.ts';
import { createPayments } from '../payments/payments.ts';
import type { RefusalReport } from '../payments/refusalOperations.ts';
import { withRestores } from '../payments/restored.ts';
import { clockDifference } from '../platform/clock/clockDifference.ts';
import { type ContinuityParts, watchContinuity } from '../platform/continuity.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { closeAccountTask, raiseAccountTask } from '../workflow/accountTaskOperations.ts';

/** The payments, and the checks that decide whether a charge may be made. */
export type Charging = ReturnType<typeof openCharging>;

interface ChargingParts extends ContinuityParts {
  readonly gateways: OpenGateways;
  readonly stops?: readonly StopSource[];
}

/** Raises one task and sends one mail for each outage in which a gateway refuses the account. */
const refusalReport: RefusalReport = {
  async raise(context, code, reason) {
    await mailRefusedAccount(context, code, reason);
    return raiseAccountTask(context, code, reason);
  },
  close: closeAccountTask,
};

/**
 * Opens the payments behind one gate. The gate stops all charges while the installation forbids
 * them, while the machine's clock differs from PostgreSQL's, or while a restore is not confirmed.
 */
export function openCharging(parts: ChargingParts) {
  const difference = clockDifference(parts.db, parts.clock, parts.log);
  const continuity = watchContinuity(parts);
  const gate = chargingGate([
    ...(parts.stops ?? []),
    () => (difference.isTooLarge() ? clockStop(difference.seconds()) : undefined),
    () => {
      const reason = continuity.heldReason();
      return reason === undefined ? undefined : restoredStop(reason);
    },
  ]);
  const payments = withRestores(createPayments(parts.gateways, gate, refusalReport), continuity);
  return {
    difference,
    gate,
    payments,
    unlessHeld,
    workers: [difference.worker, continuity.worker],
  };

  /**
   * Wraps a worker so that it is idle while a restore is not confirmed: it might send something
   * twice.
   */
  function unlessHeld(worker: Worker): Worker {
    return {
      name: worker.name,
      onLoop: (wake) => worker.onLoop?.(wake),
      runOnce: async () =>
        (await continuity.read()).heldReason === undefined ? worker.runOnce() : 0,
    };
  }
}
