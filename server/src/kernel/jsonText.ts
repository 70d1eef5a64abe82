/*
 * Builds JSON as text in SQL. concat_ws leaves nulls out; with json_build_object the whole document
 * would have to be parsed again to remove them. All of the SQL is ours, never a client's.
 */

/**
 * Returns the SQL of a JSON object (text) with these members. Each is the SQL text of
 * `"name":value` or null; an absent one is skipped.
 */
export const objectText = (members: readonly (string | undefined)[]): string =>
  `('{' || concat_ws(',', ${members.filter((member) => member !== undefined).join(', ')}) || '}')`;

/**
 * Returns `"name":value` as SQL text, from an expression whose text is JSON; null if that is null.
 */
export const memberText = (name: string, sql: string): string => `'"${name}":' || ${sql}`;

/** Returns the SQL of a JSON list (text) with an aggregate's elements, each an SQL text. */
export const listText = (element: string, order: string): string =>
  `('[' || coalesce(string_agg(${element}, ',' order by ${order}), '') || ']')`;

/**
 * Returns the SQL of a row's `document` (jsonb) by its alias. The statement fails if the document
 * is not an object.
 */
export const storedObject = (alias: string): string =>
  `(case jsonb_typeof(${alias}.document) when 'object' then ${alias}.document
    else not_an_object('document', jsonb_typeof(${alias}.document))::jsonb end)`;
