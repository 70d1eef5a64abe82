import type { WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { Context } from '../platform/context.ts';
import type { LeftOut } from '../platform/storage/unreadable.ts';
import { withLinks } from '../workflow/fileOperations.ts';
import { searcherOf, type WorkflowParts } from '../workflow/operations.ts';
import { findTaskUuids } from '../workflow/taskStore.ts';
import type { PageRequest, RowPage } from './autoOrderOperations.ts';
import { findPage, readListRows } from './listReader.ts';
import { taskMatches, taskRow, taskSource } from './taskMatches.ts';

const newestFirst = [{ field: 'created_dts', descending: true }];

/** Returns a page of the tasks that match. */
export async function listTasks(
  context: Context,
  parts: WorkflowParts,
  search: WorkflowTaskSearch,
  page: PageRequest,
): Promise<RowPage> {
  const searcher = await searcherOf(context, parts, search);
  const { keys, ...place } = await findPage<number>(context, {
    ...page,
    sort: page.sort.length === 0 ? newestFirst : page.sort,
    source: taskSource,
    filters: search,
    matches: (bind) => taskMatches(search, searcher, bind),
  });
  const { rows, leftOut } = await readListRows(context, keys, taskRow);
  const json = `[${rows.map(({ json }) => json).join(',')}]`;
  return {
    ...place,
    leftOut: await byUuid(context, leftOut),
    json: await withLinks(context, parts.files, json),
  };
}

/** Tasks that cannot be read, named by the uuids with which they are read alone. */
async function byUuid(
  { db, merchant }: Context,
  leftOut: readonly LeftOut[],
): Promise<readonly LeftOut[]> {
  if (leftOut.length === 0) return leftOut;
  const numbers = leftOut.map(({ id }) => Number(id));
  const uuids = await findTaskUuids(db, merchant.merchantId, numbers);
  return leftOut.map(({ id, error }) => ({ id: uuids.get(Number(id)) ?? id, error }));
}
