import type { Database } from '../platform/storage/database.ts';
import { bindings } from '../platform/storage/page.ts';
import { type SearchType, type Typed, things } from './anythingSql.ts';

/** A search result, in the order in which it is shown. */
export interface Found {
  readonly type: SearchType;
  readonly key: string | number;
  readonly field: string;
  readonly isExact: boolean;
}

/**
 * Finds the rows of one type. Returns each row once, under the first field in which the text was
 * found.
 */
export async function findOfType(db: Database, type: SearchType, typed: Typed): Promise<Found[]> {
  const { values, bind } = bindings(typed.merchantId);
  const probes = things[type].probes(typed, bind);
  if (probes.length === 0) return [];
  const selects = probes.map(
    ({ sql }, index) => `select ${index} as probe, found.key from ${sql} as found`,
  );
  const rows = await db.rows<{ probe: number; key: string | number }>(
    selects.join(' union all '),
    values,
  );
  const found = new Map<string | number, Found>();
  for (const { probe, key } of rows.toSorted((a, b) => a.probe - b.probe)) {
    const { field, isExact } = probes[probe]!;
    const known = found.get(key);
    if (known === undefined || (isExact && !known.isExact))
      found.set(key, { type, key, field, isExact });
  }
  return [...found.values()];
}
