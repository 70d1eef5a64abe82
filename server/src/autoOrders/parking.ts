/*
 * A parked auto order is one that cannot be billed before something is repaired. Its failure_reason
 * says why; the words that it begins with are what the list of parked auto orders looks for.
 */

const prefix = 'Cannot rebill: ';

/** The failure_reason of an auto order that is parked for this fault. */
export const parkedReason = (fault: string): string => prefix + fault;

/** Whether a failure_reason says that the auto order is parked. */
export const isParked = (failureReason: string | undefined): boolean =>
  failureReason?.startsWith(prefix) === true;
