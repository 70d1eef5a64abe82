import { failure, type Outcome, success } from '../../kernel/outcome.ts';

/** How deep objects and lists may be nested in a body; ours need fewer than fifteen. */
export const depthMax = 40;

/** Reads a JSON body: malformed and too deep are told apart, and `__proto__` is only a name. */
export function parseJson(text: string): Outcome<unknown, 'malformed' | 'too deep'> {
  if (isTooDeep(text)) return failure('too deep');
  try {
    return success(JSON.parse(text));
  } catch {
    return failure('malformed');
  }
}

// Counted in the text, before parsing: a body of half a million brackets must not be built first.
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === backslash) i++;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === openBrace || code === openBracket) {
      if (++depth > depthMax) return true;
    } else if (code === closeBrace || code === closeBracket) depth--;
  }
  return false;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [
  34, 92, 123, 125, 91, 93,
];
