import type { WorkflowRule } from '@perennial/contract/perennial.ts';
import { required } from '../kernel/assert.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import {
  findMerchant,
  lockMerchant,
  saveWorkflowRules,
} from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { resolveAssignment } from './people.ts';
import { changedRules, rulesOf, wireRules } from './workflowRules.ts';

/** Rules with their version for `ETag`. */
export interface VersionedRules {
  readonly rules: WorkflowRule[];
  readonly version: number;
}

/** Returns the current rules that raise system tasks, one for each type. */
export async function getRules({ db, merchant }: Context): Promise<VersionedRules> {
  const stored = required(await findMerchant(db, merchant.merchantId), 'merchant');
  return { rules: wireRules(rulesOf(stored.settings)), version: versionOf(stored) };
}

const versionOf = ({ versions }: Merchant): number =>
  required(versions, 'versions of a stored merchant').rules;

/** Changes rules; types that the request does not name do not change. */
export async function updateRules(
  context: Context,
  merchants: Merchants,
  given: readonly WorkflowRule[],
  ifMatch?: number,
): Promise<VersionedRules> {
  const { merchantId } = context.merchant;
  await refuseFaults(context, given);
  await inTransaction(context, async (context) => {
    const { db } = context;
    const merchant = required(await lockMerchant(db, merchantId), 'merchant');
    refuseOtherVersion(versionOf(merchant), ifMatch, merchantId);
    const changed = changedRules(rulesOf(merchant.settings), given);
    for (const rule of wireRules(changed)) {
      if (
        rule.enabled &&
        rule.assigned_to_user_id === undefined &&
        rule.assigned_to_group_id === undefined
      ) {
        refuse('invalid_field', {
          field: 'rules',
          reason: `enable ${rule.system_task_type} without an assignment`,
          fix: 'Send assigned_to_user_id or assigned_to_group_id with it',
        });
      }
    }
    await saveWorkflowRules(db, merchantId, changed);
    await recordAct(context, {
      act: 'updateWorkflowRules',
      objectType: 'workflow rules',
      objectId: merchantId,
      before: { rules: wireRules(rulesOf(merchant.settings)) },
      after: { rules: wireRules(changed) },
    });
  });
  merchants.forget(merchantId);
  return getRules(context);
}

async function refuseFaults(context: Context, given: readonly WorkflowRule[]): Promise<void> {
  for (const [i, rule] of given.entries()) {
    if (!rule.system_task_type) refuse('missing_field', { field: `rules[${i}].system_task_type` });
    if (rule.assigned_to_user_id && rule.assigned_to_group_id) {
      refuse('invalid_field', {
        field: `rules[${i}].assigned_to_group_id`,
        reason: 'is given along with assigned_to_user_id',
        fix: 'Assign the tasks to a user or to a group',
      });
    }
    for (const field of ['due_days', 'expiration_days'] as const) {
      const days = rule[field];
      if (typeof days === 'number' && (days < 0 || days > daysMax))
        refuse('out_of_range', { field: `rules[${i}].${field}`, min: 0, max: daysMax });
    }
    await resolveAssignment(
      context,
      { assignedUserId: rule.assigned_to_user_id, assignedGroupId: rule.assigned_to_group_id },
      {},
    );
  }
}

const daysMax = 3650;
