import { refuse } from './refusal.ts';

/**
 * Refuses a request whose `If-Match` names another version than the current one. Call it with the
 * locked record. The response has the current version as its `ETag`.
 */
export function refuseOtherVersion(
  present: number,
  ifMatch: number | undefined,
  objectId: string,
): void {
  if (ifMatch !== undefined && ifMatch !== present)
    refuse('precondition_failed', {}, { objectId, version: present });
}
