import { searchTypes } from '@perennial/contract/screens.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type Found, findOfType } from './anythingReader.ts';
import { type SearchType, type Typed, things } from './anythingSql.ts';
import { readListRows } from './listReader.ts';
import { recognise, searchWords } from './matches.ts';

const permissionOf: Readonly<Record<SearchType, string>> = {
  auto_order: 'auto_order_read',
  order: 'order_read',
  customer: 'customer_read',
  item: 'item_read',
  task: 'workflow_read',
};

/**
 * Finds the records that the caller may read and whose id equals the text or begins with it. Exact
 * matches come first; the other places are shared evenly among the types of records, so that each
 * type appears.
 */
export async function searchAnything(
  context: Context,
  text: string,
  types: string | undefined,
  limit: number,
): Promise<string> {
  const { merchantId } = context.merchant;
  const what = recognise(merchantId, text);
  if (what === undefined) return refuse('missing_field', { field: 'q' });
  const typed: Typed = { merchantId, text, folded: searchWords(text).join(' '), what, limit };
  const found: Found[][] = [];
  for (const type of typesOf(context, types)) found.push(await findOfType(context.db, type, typed));
  const exact = found.flat().filter(({ isExact }) => isExact);
  const others = inTurns(found.map((list) => list.filter(({ isExact }) => !isExact)));
  return present(context, [...exact, ...others].slice(0, limit));
}

function typesOf({ actor }: Context, text = ''): SearchType[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.some((word) => !(searchTypes as readonly string[]).includes(word)))
    refuse('unknown_enum', { field: 'types', allowed: searchTypes });
  return searchTypes.filter(
    (type) =>
      (words.length === 0 || words.includes(type)) && actor.permissions.has(permissionOf[type]),
  );
}

function inTurns<Element>(lists: readonly (readonly Element[])[]): Element[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}

async function present(context: Context, found: readonly Found[]): Promise<string> {
  const texts = new Map<Found, string>();
  for (const type of searchTypes) {
    const ofType = found.filter((each) => each.type === type);
    const { rows } = await readListRows(
      context,
      ofType.map(({ key }) => key),
      things[type],
    );
    const byKey = new Map(rows.map(({ key, json }) => [key, json]));
    for (const each of ofType) {
      const json = byKey.get(each.key);
      if (json !== undefined)
        texts.set(each, `${json.slice(0, -1)},"matched_field":${JSON.stringify(each.field)}}`);
    }
  }
  return `[${found.flatMap((each) => texts.get(each) ?? []).join(',')}]`;
}
