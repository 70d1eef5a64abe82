/** The state of one webhook's deliveries in this process. */
export interface Lane {
  /** The number of deliveries that this process holds. */
  inHand: number;
  /** The number of their events, whose payloads are in memory. */
  eventsInHand: number;
  isQuick: boolean;
  failuresInARow: number;
}

/** The most simultaneous requests to one webhook. */
export const concurrencyPerWebhook = 16;
/**
 * The most deliveries of one webhook that this process holds while the receiver responds quickly.
 * For a slow receiver, it holds no more than it can send at the same time.
 */
const inHandPerQuickWebhook = 1000;
/** A receiver that responds within this time is quick. */
const quickMs = 1000;
/** The most events of one webhook whose payloads this process may hold in memory. */
const eventsInHandPerWebhook = 4000;
/**
 * From this number of failures in a row, a receiver counts as down: nothing new is sent until the
 * next attempt is due.
 */
export const downAfterFailures = 5;

/** Returns the lane of a webhook to which this process has not sent anything yet. */
export const newLane = (): Lane => ({
  inHand: 0,
  eventsInHand: 0,
  isQuick: false,
  failuresInARow: 0,
});

/** Returns whether the receiver counts as down. */
export const isDown = (lane: Lane): boolean => lane.failuresInARow >= downAfterFailures;

/**
 * Returns how many more deliveries a webhook may get now. While it still has plenty, the result is
 * 0, so that each round takes enough deliveries to justify its statements.
 */
export function roomOf({ isQuick, inHand, eventsInHand }: Lane): number {
  const most = isQuick ? inHandPerQuickWebhook : concurrencyPerWebhook;
  const hasPlenty =
    inHand > Math.max(most / 2, concurrencyPerWebhook - 1) ||
    eventsInHand > eventsInHandPerWebhook / 2;
  return hasPlenty ? 0 : most - inHand;
}

/** Counts the result of an attempt. */
export function countTry(
  lane: Lane,
  { success, durationMs }: { readonly success: boolean; readonly durationMs: number },
): void {
  lane.isQuick = success && durationMs < quickMs;
  lane.failuresInARow = success ? 0 : lane.failuresInARow + 1;
}
