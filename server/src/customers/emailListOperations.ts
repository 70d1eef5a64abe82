import type { CustomerEmailListChanges, EmailList } from '@perennial/contract/customerLists.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  addEmailList,
  findEmailList,
  joinEmailList,
  leaveEmailList,
  listEmailLists,
} from './emailListStore.ts';
import { noCustomer } from './operations.ts';
import { lockCustomer } from './store.ts';

/** Returns the merchant's email lists. */
export const getEmailLists = ({ db, merchant }: Context): Promise<EmailList[]> =>
  listEmailLists(db, merchant.merchantId, merchant.timeZone);

/**
 * Adds a customer to lists and removes the customer from others. A request names a list by its name
 * or its UUID. Joining a list with a new name creates it; leaving an unknown list is refused.
 */
export function changeEmailLists(
  context: Context,
  oid: number,
  { add_to_lists, remove_from_lists }: CustomerEmailListChanges,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const { db, merchant } = context;
    if (!(await lockCustomer(db, merchant.merchantId, oid))) noCustomer({ oid });
    for (const [i, name] of (add_to_lists ?? []).entries())
      await joinEmailList(db, merchant.merchantId, await listOf(context, name, i), oid);
    for (const [i, name] of (remove_from_lists ?? []).entries()) {
      const uuid = await findEmailList(db, merchant.merchantId, name);
      if (uuid === undefined) return refuseUnknown(`remove_from_lists[${i}]`, name);
      await leaveEmailList(db, merchant.merchantId, uuid, oid);
    }
  });
}

const nameMax = 250;

async function listOf(context: Context, name: string, i: number): Promise<string> {
  const { db, merchant, ids, now } = context;
  const field = `add_to_lists[${i}]`;
  if (name.trim() === '') refuse('missing_field', { field });
  if (name.length > nameMax) refuse('too_long', { field, max: nameMax });
  const known = await findEmailList(db, merchant.merchantId, name);
  if (known !== undefined) return known;
  await addEmailList(db, merchant.merchantId, { uuid: ids.uuid(), name }, now);
  return (await findEmailList(db, merchant.merchantId, name)) ?? refuseUnknown(field, name);
}

const refuseUnknown = (field: string, name: string): never =>
  refuse('invalid_field', {
    field,
    reason: `names the email list ${name}, which does not exist`,
    fix: 'Send a name or a UUID of GET /customer/email_lists',
  });
