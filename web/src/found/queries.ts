import type { FoundThing } from '@perennial/contract/screens.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { typesWithPage } from '../api/foundTypes.ts';

/**
 * The records that an id may name, exact matches first. With the type, it may be an auto order's
 * oid.
 */
export const foundQuery = (id: string, type: 'auto_order' | undefined) =>
  queryOptions<readonly FoundThing[]>({
    queryKey: ['found', id, type ?? ''],
    queryFn: ({ signal }) => (type === undefined ? search(id, signal) : byOid(Number(id), signal)),
  });

async function search(id: string, signal: AbortSignal): Promise<readonly FoundThing[]> {
  const query = { q: id.slice(0, 100), types: typesWithPage, _limit: 10 };
  return (await call('searchAnything', { query, signal })).results ?? [];
}

async function byOid(oid: number, signal: AbortSignal): Promise<readonly FoundThing[]> {
  const input = { params: { auto_order_oid: oid }, signal };
  const { auto_order: { auto_order_code: code = '' } = {} } = await call('getAutoOrder', input);
  return [{ type: 'auto_order', id: String(oid), title: code, url: `/auto-orders/${code}` }];
}
