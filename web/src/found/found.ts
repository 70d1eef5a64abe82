import type { FoundThing } from '@perennial/contract/screens.ts';

/**
 * Where `/o/:id` leads: the page of the one thing that has the id exactly, else of the only thing
 * that was found. Undefined: a person has to choose.
 */
export function leadsTo(id: string, found: readonly FoundThing[]): string | undefined {
  const exact = found.filter((each) => each.id?.toLowerCase() === id.toLowerCase());
  const candidates = exact.length > 0 ? exact : found;
  const url = candidates.length === 1 ? candidates[0]?.url : undefined;
  return url?.startsWith('/') && !url.startsWith('//') ? url : undefined;
}
