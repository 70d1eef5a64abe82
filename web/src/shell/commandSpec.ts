import type { Permission } from '@perennial/contract/operations.ts';

/** Where a command makes sense. Keys are unique within a place and `anywhere` together. */
export type Place =
  | 'anywhere'
  | 'list'
  | 'auto order'
  | 'task'
  | 'order'
  | 'customer'
  | 'user'
  | 'webhook'
  | 'coupon'
  | 'item';

/** One thing that can be done. What it does is handed in by the component that can do it. */
export interface CommandSpec {
  readonly id: string;
  /** The name in the palette, menus and the help sheet, as an order: "Open the log". */
  readonly words: string;
  /** Other words by which the palette finds it. */
  readonly also?: string;
  /** `g o` is a sequence; `?` and `E` are as typed, with shift; `Mod+k` is Ctrl or ⌘. */
  readonly keys?: string;
  readonly place: Place;
  /** Any one suffices; absent: no permission is needed. */
  readonly needs?: readonly Permission[];
}
