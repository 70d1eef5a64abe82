/** Returns the future schedules of an item whose gap a projection has left, as JSON text. */
export type FutureSchedulesOf = (autoOrderOid: number, itemOid: number) => string;

/**
 * Fills the gaps of a projection with schedules. A gap is enclosed in two control characters, which
 * cannot occur in JSON text.
 */
export function fillFutureSchedules(json: string, schedulesOf: FutureSchedulesOf): string {
  return json.replace(gapPattern, (_gap, autoOrderOid: string, itemOid: string) =>
    schedulesOf(Number(autoOrderOid), Number(itemOid)),
  );
}

/** The oids of the auto orders that have gaps in this JSON, each once. */
export const awaitingSchedules = (json: string): number[] => [
  ...new Set(Array.from(json.matchAll(gapPattern), ([, autoOrderOid]) => Number(autoOrderOid))),
];

const gapPattern = /\u0001(\d+):(\d+)\u0001/g;
/**
 * The SQL expression (text) of the gap of one `auto_order_item` row with the alias `i`: its oids
 * between two control characters.
 */
export const scheduleGap = "chr(1) || i.auto_order_oid || ':' || i.auto_order_item_oid || chr(1)";
