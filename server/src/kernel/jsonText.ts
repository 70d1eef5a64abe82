/*
 * JSON built as text in SQL: concat_ws leaves nulls out, while json_build_object would need the
 * whole document parsed again to strip them. All of the SQL is ours, never a client's.
 */

/**
 * A JSON object (text) of its members, each SQL text of `"name":value` or null; an absent one is
 * skipped.
 */
export const objectText = (members: readonly (string | undefined)[]): string =>
  `('{' || concat_ws(',', ${members.filter((member) => member !== undefined).join(', ')}) || '}')`;

/** `"name":value` as SQL text, from an expression whose text is JSON; null where that is null. */
export const memberText = (name: string, sql: string): string => `'"${name}":' || ${sql}`;

/** A JSON list (text) of an aggregate's elements, each SQL text. */
export const listText = (element: string, order: string): string =>
  `('[' || coalesce(string_agg(${element}, ',' order by ${order}), '') || ']')`;

/** The `document` (jsonb) of a row by its alias; the statement fails where it is not an object. */
export const storedObject = (alias: string): string =>
  `(case jsonb_typeof(${alias}.document) when 'object' then ${alias}.document
    else not_an_object('document', jsonb_typeof(${alias}.document))::jsonb end)`;
