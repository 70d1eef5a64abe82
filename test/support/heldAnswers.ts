import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';

/** The longest time that the token of a slow card can contain. */
const heldMs = 999_999;
/**
 * A card of the simulator whose charges are booked at once and answered when the test releases
 * them.
 */
export const heldToken = `tok_slow_${heldMs}`;

/** A machine clock for a simulator that delays the answers to charges of {@link heldToken}. */
export interface HeldAnswers {
  readonly clock: SystemClock;
  /** Delays the answers from now on. Before the first call, charges are answered at once. */
  hold(): void;
  /** Releases the delayed answers. Later charges are answered at once. */
  answer(): void;
}

/**
 * Returns a clock that holds a charge between its capture and its answer until the test releases
 * it. The answer of an ordinary slow card could come too early on a slow machine.
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
