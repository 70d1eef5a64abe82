/**
 * Types the state of a page, or a function that changes it, as the `search` of a link. The router
 * types it as a union over all pages; each page checks its own values.
 */
export const routeSearch = (state: object) => state as never;
