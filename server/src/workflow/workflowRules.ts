import type { WorkflowRule } from '@perennial/contract/perennial.ts';
import { systemTaskTypes } from '@perennial/contract/workflow.ts';
import type { SystemTaskType } from './task.ts';

/**
 * The rules that raise system tasks, by type and in the wire format: the section `workflowRules` of
 * a merchant's settings.
 */
export type StoredRules = {
  readonly [Type in SystemTaskType]?: Omit<WorkflowRule, 'system_task_type'>;
};

/** Reads the stored rules; settings with another structure count as no rules. */
export function rulesOf(settings: Readonly<Record<string, unknown>>): StoredRules {
  const section = settings['workflowRules'];
  return typeof section === 'object' && section !== null ? section : {};
}

/** Returns all rules in the wire format; a type without a rule is off. */
export function wireRules(rules: StoredRules): WorkflowRule[] {
  return systemTaskTypes.map((type) => ({
    system_task_type: type,
    enabled: false,
    ...rules[type],
  }));
}

/**
 * Returns the rules after a change. Types that are not given do not change; in a given rule, an
 * absent field does not change and an explicit null clears it.
 */
export function changedRules(rules: StoredRules, given: readonly WorkflowRule[]): StoredRules {
  const changed: Record<string, unknown> = { ...rules };
  for (const { system_task_type: type, ...rule } of given) {
    const fields = Object.entries({ ...rules[type!], ...withoutOther(rule) }).filter(
      ([name, value]) => value !== null && value !== undefined && name in ruleFields,
    );
    changed[type!] = Object.fromEntries(fields);
  }
  return changed;
}

const ruleFields: Readonly<Record<keyof Omit<WorkflowRule, 'system_task_type'>, true>> = {
  enabled: true,
  assigned_to_user_id: true,
  assigned_to_group_id: true,
  priority: true,
  tags: true,
  due_days: true,
  expiration_days: true,
};

// Assigning a rule to a user removes the group, and the other way round.
function withoutOther(rule: Omit<WorkflowRule, 'system_task_type'>): Record<string, unknown> {
  if (rule.assigned_to_user_id && !rule.assigned_to_group_id)
    return { ...rule, assigned_to_group_id: null };
  if (rule.assigned_to_group_id && !rule.assigned_to_user_id)
    return { ...rule, assigned_to_user_id: null };
  return rule;
}
