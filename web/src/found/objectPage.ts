import { paths } from '../paths.ts';

/** The address of a page, as the router's links take it. */
export interface PageAddress {
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
  readonly search?: Readonly<Record<string, string>>;
}

const pages: Readonly<Record<string, (id: string) => PageAddress>> = {
  order: (id) => ({ to: paths.order, params: { id } }),
  // Pages of auto orders are named by their codes, events name the oid.
  'auto order': (id) => ({ to: paths.found, params: { id }, search: { type: 'auto_order' } }),
  item: (oid) => ({ to: paths.item, params: { oid } }),
  'customer profile': (oid) => ({ to: paths.customer, params: { oid } }),
  'workflow task': (number) => ({ to: paths.task, params: { number } }),
  user: (id) => ({ to: paths.person, params: { id } }),
  webhook: (oid) => ({ to: paths.webhook, params: { oid } }),
};

/** The page of an object as events name it: `auto order` or `auto_order`, and its id. */
export const objectPage = (type: string, id: string): PageAddress | undefined =>
  id === '' ? undefined : pages[type.replaceAll('_', ' ')]?.(id);

/** The type and the id of an object in one text, `order DEMO-0000000101`. */
export function typeAndId(object: string): { readonly type: string; readonly id: string } {
  const at = object.lastIndexOf(' ');
  return { type: object.slice(0, Math.max(at, 0)), id: object.slice(at + 1) };
}
