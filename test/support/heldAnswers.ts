import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';

/** The longest time that the token of a slow card can name. */
const heldMs = 999_999;
/** A card of the simulator whose charges are booked at once, and answered when the test says so. */
export const heldToken = `tok_slow_${heldMs}`;

/** The machine's clock for a simulator that keeps the answers to charges of {@link heldToken}. */
export interface HeldAnswers {
  readonly clock: SystemClock;
  /** From now on charges are not answered. Until the first call they are answered at once. */
  hold(): void;
  /** Ends the wait of these charges; later ones get their answer at once. */
  answer(): void;
}

/**
 * Holds a charge between its capture and its answer until the test releases it. The answer of a slow
 * card could come too early on a slow machine.
 */
export function heldAnswers(): HeldAnswers {
  let held = Promise.resolve();
  let answer = () => {};
  return {
    clock: {
      ...systemClock,
      sleep: (ms, signal) => (ms === heldMs ? held : systemClock.sleep(ms, signal)),
    },
    hold() {
      ({ promise: held, resolve: answer } = Promise.withResolvers<void>());
    },
    answer: () => answer(),
  };
}
