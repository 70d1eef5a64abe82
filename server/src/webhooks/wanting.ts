import type { Logger } from 'pino';
import { parseRule, type Rule } from './eventRuler.ts';

/**
 * Returns a function that decides whether the payload matches a pattern. The payload is parsed
 * once, when the first pattern needs it. Never throws, because it runs in the transaction of the
 * event: a pattern that cannot be parsed or matched excludes nothing, and the log reports it.
 */
export function wanting(payload: string, log: Logger): (pattern: string) => boolean {
  let object: { readonly parsed: unknown } | undefined;
  return (pattern) => {
    try {
      object ??= { parsed: JSON.parse(payload) };
      return ruleOf(pattern)?.(object.parsed) ?? true;
    } catch (error) {
      log.error({ err: error }, 'an event_ruler cannot be matched, so the event is delivered');
      return true;
    }
  };
}

// Parsed rules by their text. Cleared when full: parsing one again costs microseconds.
const known = new Map<string, Rule | undefined>();
const knownMax = 500;

function ruleOf(pattern: string): Rule | undefined {
  if (known.has(pattern)) return known.get(pattern);
  const rule = parseRule(pattern);
  if (known.size >= knownMax) known.clear();
  known.set(pattern, rule.ok ? rule.value : undefined);
  return rule.ok ? rule.value : undefined;
}
