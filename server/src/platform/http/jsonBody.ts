import { nestedDeeper } from '../../kernel/jsonDepth.ts';
import { failure, type Outcome, success } from '../../kernel/outcome.ts';

/** How deep objects and lists may be nested in a body; ours need fewer than fifteen. */
export const depthMax = 40;

/**
 * Parses a JSON body. Reports malformed and too deeply nested bodies separately; `__proto__` is an
 * ordinary name.
 */
export function parseJson(text: string): Outcome<unknown, 'malformed' | 'too deep'> {
  if (nestedDeeper(text, depthMax)) return failure('too deep');
  try {
    return success(JSON.parse(text));
  } catch {
    return failure('malformed');
  }
}
