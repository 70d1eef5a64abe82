import type { Permission } from '@perennial/contract/operations.ts';

/** The places where a command applies. Keys are unique within a place and `anywhere` together. */
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

/** One command. The component that can run it provides its function. */
export interface CommandSpec {
  readonly id: string;
  /** The name in the palette, menus and the help sheet, as an imperative: "Open the log". */
  readonly words: string;
  /** Other words by which the palette finds the command. */
  readonly also?: string;
  /** `g o` is a sequence; `?` and `E` include the shift key; `Mod+k` is Ctrl or ⌘. */
  readonly keys?: string;
  readonly place: Place;
  /** One of these suffices; absent: no permission is needed. */
  readonly needs?: readonly Permission[];
}
