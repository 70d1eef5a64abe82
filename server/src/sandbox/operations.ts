import type { ClockRequest } from '@perennial/contract/perennial.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { findMerchant, saveClock } from '../platform/tenancy/merchantStore.ts';
import { clockAt, leaseMs, type PlayParts, playFor } from './advanceWorker.ts';
import { type ClockMode, type MoveFault, plannedMove } from './move.ts';
import {
  type Advance,
  findAdvance,
  findPlaying,
  insertAdvance,
  lockClock,
  wasAdvanced,
} from './store.ts';

/** What the operations on clocks need from outside. */
export interface ClockParts extends PlayParts {
  /**
   * True when one of the merchant's gateways moves real money. Such a merchant's clock is never
   * moved.
   */
  isReal(merchant: Merchant): boolean;
}

/** A merchant's clock as it is shown. */
export interface ShownClock {
  readonly mode: ClockMode;
  readonly now: Temporal.Instant;
  /** The advance under way, or the one that was just requested. */
  readonly advance?: Advance | undefined;
}

/**
 * How long a request plays before the workers take over. This is well below the time-outs of
 * clients and proxies.
 */
const requestMs = 10_000;

/**
 * Returns the clock. A clock that is being advanced shows the moment up to which everything was
 * played.
 */
export async function getClock(context: Context, { clock }: ClockParts): Promise<ShownClock> {
  const merchant = await currentMerchant(context);
  const advance = await findPlaying(context.db, merchant.merchantId);
  return {
    mode: advance?.modeAfter ?? merchant.clock.kind,
    now: readClock(merchant.clock, clock.now()),
    advance,
  };
}

/** Returns how far an advance has come. Refuses an id that the merchant does not have. */
export async function getAdvance({ db, merchant }: Context, advanceId: string): Promise<Advance> {
  return (
    (await findAdvance(db, merchant.merchantId, advanceId)) ??
    refuse('not_found', { what: 'advance of the clock', id: advanceId })
  );
}

/**
 * Switches or advances the clock. An advance is stored first, so that it continues even if this
 * process ends. It is then played: to its end if that is near; otherwise the response shows how far
 * it has come.
 */
export async function setClock(
  context: Context,
  parts: ClockParts,
  request: ClockRequest,
): Promise<ShownClock> {
  const { merchantId } = context.merchant;
  const started = await inTransaction(context, (context) => startMove(context, parts, request));
  parts.merchants.forget(merchantId);
  const advance = started && (await playFor(parts, merchantId, started, requestMs));
  const shown = await getClock(context, parts);
  return { ...shown, advance: advance ?? shown.advance };
}

/** The stored advance; undefined when there is nothing to play. */
async function startMove(
  context: Context,
  parts: ClockParts,
  request: ClockRequest,
): Promise<Advance | undefined> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  await lockClock(db, merchantId);
  const merchant = await currentMerchant(context);
  await refuseWhilePlaying(context);
  const now = readClock(merchant.clock, parts.clock.now());
  const move = plannedMove(request, {
    setting: merchant.clock,
    now,
    zone: merchant.timeZone,
    wasMoved: await wasAdvanced(db, merchantId),
    isReal: parts.isReal(merchant),
  });
  if (!move.ok) return refuseMove(move.reason);
  if (move.value.kind === 'stay') return undefined;
  if (move.value.kind === 'switch') {
    const { mode } = move.value;
    await saveClock(
      db,
      merchantId,
      mode === 'real' ? { kind: 'real' } : clockAt(mode, now, parts.clock),
    );
    return undefined;
  }
  const advanceId = context.ids.uuid();
  await saveClock(db, merchantId, { kind: 'standing', at: now });
  await insertAdvance(
    db,
    merchantId,
    { advanceId, fromAt: now, toAt: move.value.to, modeAfter: move.value.modeAfter },
    leaseMs,
  );
  return getAdvance(context, advanceId);
}

async function refuseWhilePlaying({ db, merchant: { merchantId } }: Context): Promise<void> {
  const playing = await findPlaying(db, merchantId);
  if (playing === undefined) return;
  refuse('state_conflict', {
    reason: `The advance ${playing.advanceId} of this clock is still under way`,
    fix: `Wait until /perennial/v1/clock/advances/${playing.advanceId} is done`,
  });
}

function refuseMove(fault: MoveFault): never {
  const { reason, fix } = fault;
  return fault.kind === 'field'
    ? refuse('invalid_field', { field: fault.field, reason, fix })
    : refuse('state_conflict', { reason, fix });
}

/** Reads the clock again, because the clock in a context may be a second old. */
const currentMerchant = async ({ db, merchant: { merchantId } }: Context): Promise<Merchant> =>
  required(await findMerchant(db, merchantId), `merchant ${merchantId}`);
