import { refuse } from './refusal.ts';

/**
 * Refuses a client that named another version than the present one in `If-Match`. Call it with the
 * locked record. The response has the present version as its `ETag`.
 */
export function refuseOtherVersion(
  present: number,
  ifMatch: number | undefined,
  objectId: string,
): void {
  if (ifMatch !== undefined && ifMatch !== present)
    refuse('precondition_failed', {}, { objectId, version: present });
}
