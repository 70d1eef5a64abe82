import type { Database } from './database.ts';

/*
 * What a transaction tells PostgreSQL's planner where its guess of how much there is would be far off (docs/adr, plans that are kept).
 */

/** Has the statements of this transaction planned for what is there, instead of by a plan from a time when there was nothing. */
export async function planAfresh(tx: Database): Promise<void> {
  await tx.run('set local plan_cache_mode = force_custom_plan');
}

/** Has pages read in the order of their index: where much was written since the statistics were made, the planner would fetch all of it and sort. */
export async function readInOrder(tx: Database): Promise<void> {
  await tx.run(
    "select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)",
  );
}
