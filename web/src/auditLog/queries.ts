import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { pageOf } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { auditPlaceOf, auditQueryOf, auditSort } from './list.ts';

/** The entries that match the address. The cursor is the number of the last entry of a page. */
export function auditLogQuery({ sort = auditSort, from, end, ...state }: ListState) {
  const filters = auditQueryOf(state);
  return sortedListQuery<AuditLogEntry>(
    ['audit log', filters],
    { sort, from, end, key: 'at_dts' },
    async ({ _limit, _sort = auditSort, _after, _from }, signal) => {
      const place = auditPlaceOf(_sort, _after, _from);
      const query = { ...filters, ...place, _limit };
      const found = await call('getAuditLog', { query, signal });
      const last = found.entries?.at(-1)?.entry_number;
      const isLast = found.metadata?.result_set?.more !== true || last === undefined;
      return {
        ...pageOf(found.entries, found),
        nextCursor: isLast ? undefined : String(last),
      };
    },
  );
}

/** One entry by its number; null when the person may not see it or it does not exist. */
export const auditEntryQuery = (number: number) =>
  queryOptions<AuditLogEntry | null>({
    queryKey: ['audit log', 'entry', number],
    queryFn: async ({ signal }) => {
      const query = { before_entry: number + 1, _limit: 1 };
      const [entry] = (await call('getAuditLog', { query, signal })).entries ?? [];
      return entry?.entry_number === number ? entry : null;
    },
  });
