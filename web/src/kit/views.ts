import { stringifyUrl, type UrlState } from './urlCodec.ts';

/** A named set of filters and a sort. */
export interface View {
  readonly label: string;
  readonly state: UrlState;
  /** Present for a view that a person saved; labels of such views may repeat. */
  readonly id?: string;
  /** True if the view belongs to a colleague; the list marks it. */
  readonly isForeign?: boolean;
}

/** Returns whether a list shows this view: the same filters and sort, whichever row is open. */
export function isSameView(view: UrlState, state: UrlState): boolean {
  return addressOf(view) === addressOf(state);
}

function addressOf({ open: _open, from: _from, end: _end, ...state }: UrlState): string {
  const sorted = Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
  return stringifyUrl(Object.fromEntries(sorted));
}
