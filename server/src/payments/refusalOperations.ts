import { required } from '../kernel/assert.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import {
  lockMerchant,
  removeSettingsSection,
  saveSettingsSection,
} from '../platform/tenancy/merchantStore.ts';
import type { ChargeAnswer } from './gateway.ts';
import {
  type AccountRefusal,
  heldBackBy,
  type Refusals,
  refusalSection,
  refusalsOf,
  refusedUntil,
  storedRefusals,
} from './refusal.ts';

/** Reports a refusal to staff. Both functions run in the context's transaction. */
export interface RefusalReport {
  /** Raises a task and returns its id. */
  raise(context: Context, code: string, reason: string): Promise<string>;
  /** Closes the task, if it is still open. */
  close(context: Context, taskUuid: string): Promise<void>;
}

/** Reports nothing: for payments whose merchants have no staff. */
export const noReport: RefusalReport = {
  raise: async () => '',
  close: async () => {},
};

/**
 * Stores that a gateway refuses the merchant's account. Locks the merchant's row, so that staff get
 * one task, however many charges are refused at once. Returns all refusals of the merchant.
 */
export function noteRefusal(
  outer: Context,
  code: string,
  reason: string,
  report: RefusalReport,
): Promise<Refusals> {
  return inTransaction(outer, async (context) => {
    const { merchantId } = context.merchant;
    const known = refusalsOf(required(await lockMerchant(context.db, merchantId), 'merchant'));
    if (heldBackBy(known, code, context.now) !== undefined) return known;
    const taskUuid = known.get(code)?.taskUuid ?? (await report.raise(context, code, reason));
    const refusal = { reason, until: refusedUntil(context.now), taskUuid };
    const refusals = new Map([...known, [code, refusal]]);
    await saveSettingsSection(context.db, merchantId, refusalSection, storedRefusals(refusals));
    context.log.error(
      { merchantId, gateway: code, reason },
      'a gateway refuses the account; no further charge begins there until it accepts one',
    );
    return refusals;
  });
}

/** Deletes the refusal of a gateway that has decided a charge. Returns the remaining refusals. */
export function forgetRefusal(
  outer: Context,
  code: string,
  report: RefusalReport,
): Promise<Refusals> {
  return inTransaction(outer, async (context) => {
    const { merchantId } = context.merchant;
    const merchant = required(await lockMerchant(context.db, merchantId), 'merchant');
    const left = new Map(refusalsOf(merchant));
    const over = left.get(code);
    if (over === undefined) return left;
    left.delete(code);
    if (left.size === 0) await removeSettingsSection(context.db, merchantId, refusalSection);
    else await saveSettingsSection(context.db, merchantId, refusalSection, storedRefusals(left));
    await report.close(context, over.taskUuid);
    context.log.warn({ merchantId, gateway: code }, 'a gateway accepts the account again');
    return left;
  });
}

/** The refusals of the merchant's account by gateways, as a batch knows them. */
export interface RefusalWatch {
  /** Returns the refusal that holds back new charges at a gateway. */
  of(code: string): AccountRefusal | undefined;
  /** Records an answer. Most answers change nothing and need no query. */
  hear(code: string, answer: ChargeAnswer): Promise<void> | undefined;
}

/** Tracks what gateways answer about the merchant's account while a batch runs. */
export function followRefusals(context: Context, report: RefusalReport): RefusalWatch {
  const { merchant, now, log } = context;
  let refusals = refusalsOf(merchant);
  const of = (code: string) => heldBackBy(refusals, code, now);
  const save = async (change: Promise<Refusals>) => {
    try {
      refusals = await change;
    } catch (error) {
      // The caller needs the answer even when this write fails; the next answer writes it again.
      log.error({ err: error, merchantId: merchant.merchantId }, 'a refusal could not be stored');
    }
  };
  return {
    of,
    hear(code, answer) {
      if (answer.kind !== 'unknown')
        return refusals.has(code) ? save(forgetRefusal(context, code, report)) : undefined;
      if (!answer.refusesAccount || of(code) !== undefined) return undefined;
      return save(noteRefusal(context, code, answer.message, report));
    },
  };
}
