import type { Logger } from 'pino';
import { parseRule, type Rule } from './eventRuler.ts';

/**
 * Decides which patterns want a payload; the payload is parsed once, when the first pattern needs
 * it. Never throws, as it runs in the transaction of the event: a pattern that cannot be read or
 * matched keeps nothing back, and the log says so.
 */
export function wanting(payload: string, log: Logger): (pattern: string) => boolean {
  let object: { readonly parsed: unknown } | undefined;
  return (pattern) => {
    try {
      object ??= { parsed: JSON.parse(payload) };
      return ruleOf(pattern)?.(object.parsed) ?? true;
    } catch (error) {
      log.error({ err: error }, 'an event_ruler cannot be matched and keeps nothing back');
      return true;
    }
  };
}

// Rules that were read, by their text. Emptied when full: reading one again costs microseconds.
const known = new Map<string, Rule | undefined>();
const knownMax = 500;

function ruleOf(pattern: string): Rule | undefined {
  if (known.has(pattern)) return known.get(pattern);
  const rule = parseRule(pattern);
  if (known.size >= knownMax) known.clear();
  known.set(pattern, rule.ok ? rule.value : undefined);
  return rule.ok ? rule.value : undefined;
}
