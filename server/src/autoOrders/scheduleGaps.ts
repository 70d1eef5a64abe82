/** Returns the future schedules of an item as JSON text. They fill a gap that a projection left. */
export type FutureSchedulesOf = (autoOrderOid: number, itemOid: number) => string;

/**
 * Fills the gaps of a projection with schedules. Two control characters, which cannot occur in JSON
 * text, enclose a gap.
 */
export function fillFutureSchedules(json: string, schedulesOf: FutureSchedulesOf): string {
  return json.replace(gapPattern, (_gap, autoOrderOid: string, itemOid: string) =>
    schedulesOf(Number(autoOrderOid), Number(itemOid)),
  );
}

/** Returns the oids of the auto orders that have gaps in this JSON, each once. */
export const awaitingSchedules = (json: string): number[] => [
  ...new Set(Array.from(json.matchAll(gapPattern), ([, autoOrderOid]) => Number(autoOrderOid))),
];

const gapPattern = /\u0001(\d+):(\d+)\u0001/g;
/**
 * Returns the SQL expression (text) of the gap of one `auto_order_item` row with the alias `i`: its
 * oids between two control characters.
 */
export const scheduleGap = "chr(1) || i.auto_order_oid || ':' || i.auto_order_item_oid || chr(1)";
