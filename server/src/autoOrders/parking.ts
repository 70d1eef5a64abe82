/*
 * A parked auto order cannot be billed until something is fixed. Its failure_reason gives the
 * cause, and the list of parked auto orders finds it by the prefix of that text.
 */

const prefix = 'Cannot rebill: ';

/** Returns the failure_reason of an auto order that is parked because of this fault. */
export const parkedReason = (fault: string): string => prefix + fault;

/** Whether a failure_reason says that the auto order is parked. */
export const isParked = (failureReason: string | undefined): boolean =>
  failureReason?.startsWith(prefix) === true;

/** Returns the fault of a parked auto order: its failure_reason without the prefix. */
export const parkedFault = (failureReason: string): string => failureReason.slice(prefix.length);
