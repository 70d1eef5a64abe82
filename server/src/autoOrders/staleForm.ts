import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrder } from './autoOrder.ts';
import type { Billed } from './billed.ts';
import { commonAge, type ItemAge } from './formAge.ts';
import { ageOf, siftItem } from './staleItem.ts';
import { keptWords, withMergedItems } from './staleMerge.ts';
import type { FormRules, Sifted } from './staleSieve.ts';
import { siftTop } from './staleTop.ts';

/*
 * Handles stale writes (docs/adr/0044-stale-forms.md). A client may read a form, and send it back
 * after a rebill, a decline, a stop or a moved date. Its own changes are kept; values that would
 * undo the engine's changes are left out.
 */

/** The warning that names the fields that were left out. */
export const leftWords = (left: readonly string[]): string =>
  `Not changed, because the engine billed or moved them after this record was read: ${left.join(', ')}. ` +
  'Everything else was applied. To change these fields, read the auto order again and edit it, ' +
  'or send its ETag as If-Match.';

/** Removes from an update the values that the engine changed since the client read the record. */
export function withoutStale(
  current: AutoOrder,
  given: WireAutoOrder,
  billed: Billed,
  rules: FormRules,
): Sifted<WireAutoOrder> {
  const { body, kept } = rules.isProven
    ? { body: given, kept: [] }
    : withMergedItems(current, given, rules.zone);
  const left = kept.map(keptWords);
  const ages: ItemAge[] = [];
  const common = { isForm: isForm(body), billed, rules, left };
  const items = body.items?.map((form, index) => {
    const item = current.items.find(({ itemOid }) => itemOid === form.auto_order_item_oid);
    if (item === undefined) return form;
    const age = ageOf(form, item, common);
    ages.push(age);
    return siftItem(item, form, { ...common, path: `items[${index}].`, age });
  });
  const age = {
    counts: commonAge(ages.map(({ counts }) => counts)),
    schedule: commonAge(ages.map(({ schedule }) => schedule)),
  };
  const isBeforeMerge = kept.length > 0;
  const top = siftTop(current, body, { ...common, path: '', age, isBeforeMerge });
  return { body: items === undefined ? top : { ...top, items }, left };
}

/**
 * Whether the body is a whole record as it was read, rather than a few fields: it holds fields that
 * a client has no reason to send.
 */
function isForm(body: WireAutoOrder): boolean {
  return body.auto_order_code != null || body.original_order_id != null;
}
