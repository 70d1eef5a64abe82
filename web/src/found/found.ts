import type { FoundThing } from '@perennial/contract/screens.ts';

/**
 * Returns the target of `/o/:id`: the page of the only record with exactly this id, else of the
 * only record found. Undefined: the person must choose.
 */
export function leadsTo(id: string, found: readonly FoundThing[]): string | undefined {
  const exact = found.filter((each) => each.id?.toLowerCase() === id.toLowerCase());
  const candidates = exact.length > 0 ? exact : found;
  const url = candidates.length === 1 ? candidates[0]?.url : undefined;
  return url?.startsWith('/') && !url.startsWith('//') ? url : undefined;
}
