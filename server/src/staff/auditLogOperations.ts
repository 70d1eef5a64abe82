import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';
import type { QueryOf } from '@perennial/contract/operations.ts';
import { wireDate } from '../kernel/calendar.ts';
import { countEntries, listEntries } from '../platform/auditLog/auditLog.ts';
import { type AuditEntry, hashOf } from '../platform/auditLog/entry.ts';
import type { Context } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import type { Page } from '../platform/http/routes.ts';
import { countedMax } from '../platform/storage/page.ts';

/** Types whose entries show users. Callers who may not read users may not read these entries. */
const typesOfUsers = ['user', 'group', 'session', 'grant', 'key'];

/** A page of the log, and the number of entries in the whole list, at most {@link countedMax}. */
export interface FoundEntries {
  readonly entries: AuditLogEntry[];
  readonly more: boolean;
  readonly total: number;
  readonly totalIsMore: boolean;
}

/**
 * Returns a page of the merchant's log: the newest entry first, unless later entries are requested.
 */
export async function getAuditLog(
  { db, merchant, actor }: Context,
  query: QueryOf<'getAuditLog'>,
  page: Page,
): Promise<FoundEntries> {
  const { merchantId, timeZone } = merchant;
  const filter = {
    objectTypes: query.object_type === undefined ? undefined : [query.object_type],
    hiddenTypes: actor.permissions.has('user_read') ? [] : typesOfUsers,
    objectId: query.object_id,
    userId: query.user_id,
    act: query.act,
    text: query.text,
    since: filterDate(query.since_dts, 'since_dts', timeZone),
    until: filterDate(query.until_dts, 'until_dts', timeZone)?.add({ milliseconds: 1 }),
  };
  const { before_entry: before, after_entry: after } = query;
  const begin = filterDate(query.from_dts, 'from_dts', timeZone);
  // The wire's dates are whole seconds, so a page in descending order begins at the end of a
  // second.
  const from = after === undefined ? begin?.add({ seconds: 1 }) : begin;
  const place = { before, after, from, limit: page.limit + 1, offset: page.offset };
  const found = await listEntries(db, merchantId, filter, place);
  const total = await countEntries(db, merchantId, filter, countedMax + 1);
  return {
    entries: found.slice(0, page.limit).map((entry) => toWire(entry, timeZone)),
    more: found.length > page.limit,
    total: Math.min(total, countedMax),
    totalIsMore: total > countedMax,
  };
}

const fieldsOf = (json: string) => JSON.parse(json) as Record<string, unknown>;

const toWire = (entry: AuditEntry, zone: string): AuditLogEntry => {
  const { kind, name, userId, applicationId, address, requestId } = entry.actor;
  return {
    entry_number: entry.entryNumber,
    at_dts: wireDate(entry.at, zone),
    actor_kind: kind as NonNullable<AuditLogEntry['actor_kind']>,
    actor_name: name,
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(applicationId === undefined ? {} : { application_id: applicationId }),
    ...(address === undefined ? {} : { ip_address: address }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
    act: entry.act,
    object_type: entry.objectType,
    object_id: entry.objectId,
    ...(entry.before === undefined ? {} : { before: fieldsOf(entry.before) }),
    ...(entry.after === undefined ? {} : { after: fieldsOf(entry.after) }),
    hash: hashOf(entry).toString('hex'),
  };
};
