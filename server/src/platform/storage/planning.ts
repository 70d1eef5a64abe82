import type { Database } from './database.ts';

/*
 * Settings for one transaction in which PostgreSQL's planner would estimate the amount of data
 * badly (docs/adr, plans that are kept).
 */

/**
 * Makes PostgreSQL plan the statements of this transaction for the current data instead of reusing
 * a plan made for an empty table.
 */
export async function planAfresh(tx: Database): Promise<void> {
  await tx.run('set local plan_cache_mode = force_custom_plan');
}

/**
 * Makes PostgreSQL read pages in the order of their index. After many writes since the last
 * statistics the planner would fetch all rows and sort them.
 */
export async function readInOrder(tx: Database): Promise<void> {
  await tx.run(
    "select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)",
  );
}
