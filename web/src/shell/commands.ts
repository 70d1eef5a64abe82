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
  /** What the palette, menus and the help sheet call it, as an order: "Open the log". */
  readonly words: string;
  /** Other words by which the palette finds it. */
  readonly also?: string;
  /** `g o` is a sequence; `?` and `E` are as typed, with shift; `Mod+k` is Ctrl or ⌘. */
  readonly keys?: string;
  readonly place: Place;
  /** Any one suffices; absent: no permission is needed. */
  readonly needs?: readonly Permission[];
}

/**
 * Every command of the console. Buttons, menus, the palette, the keys and the help sheet follow
 * from it. `useCommands` says what a command does while a component is on the page.
 */
export const commands = [
  { id: 'palette', words: 'Open the command palette', keys: 'Mod+k', place: 'anywhere' },
  { id: 'search', words: 'Search', keys: '/', place: 'anywhere' },
  { id: 'help', words: 'Show the keys', keys: '?', place: 'anywhere', also: 'shortcuts help' },
  { id: 'actions', words: 'Show what can be done here', keys: '.', place: 'anywhere' },
  { id: 'undo', words: 'Undo the last change', keys: 'u', place: 'anywhere' },
  { id: 'go.today', words: 'Go to today', keys: 'g d', place: 'anywhere', also: 'start home' },
  {
    id: 'go.tasks',
    words: 'Go to tasks',
    keys: 'g t',
    place: 'anywhere',
    needs: ['workflow_read'],
    also: 'inbox work queue',
  },
  {
    id: 'go.autoOrders',
    words: 'Go to auto orders',
    keys: 'g o',
    place: 'anywhere',
    needs: ['auto_order_read'],
    also: 'subscriptions list',
  },
  {
    id: 'go.customers',
    words: 'Go to customers',
    keys: 'g c',
    place: 'anywhere',
    needs: ['customer_read'],
    also: 'profiles people',
  },
  {
    id: 'go.orders',
    words: 'Go to orders',
    keys: 'g r',
    place: 'anywhere',
    needs: ['order_read'],
    also: 'rebills list',
  },
  {
    id: 'go.webhooks',
    words: 'Go to webhooks',
    keys: 'g w',
    place: 'anywhere',
    needs: ['configuration_read'],
    also: 'deliveries replay',
  },
  {
    id: 'go.health',
    words: 'Go to health',
    keys: 'g h',
    place: 'anywhere',
    needs: ['auto_order_read'],
    also: 'parked doubt audit',
  },
  {
    id: 'go.users',
    words: 'Go to users',
    keys: 'g u',
    place: 'anywhere',
    needs: ['user_read'],
    also: 'people groups permissions',
  },
  {
    id: 'go.catalogue',
    words: 'Go to the catalogue',
    keys: 'g i',
    place: 'anywhere',
    needs: ['item_read'],
    also: 'items products prices',
  },
  {
    id: 'go.coupons',
    words: 'Go to coupons',
    keys: 'g k',
    place: 'anywhere',
    needs: ['coupon_read'],
    also: 'discounts codes',
  },
  {
    id: 'go.stock',
    words: 'Go to stock',
    keys: 'g n',
    place: 'anywhere',
    needs: ['item_read'],
    also: 'inventory low sold out',
  },
  {
    id: 'go.shipping',
    words: 'Go to shipping',
    keys: 'g s',
    place: 'anywhere',
    needs: ['configuration_read'],
    also: 'methods rates',
  },
  {
    id: 'go.taxes',
    words: 'Go to taxes',
    keys: 'g x',
    place: 'anywhere',
    needs: ['configuration_read'],
    also: 'rates places',
  },
  {
    id: 'go.keys',
    words: 'Go to API keys',
    keys: 'g y',
    place: 'anywhere',
    needs: ['user_read'],
    also: 'secrets programs tokens',
  },
  {
    id: 'go.auditLog',
    words: 'Go to the audit log',
    keys: 'g l',
    place: 'anywhere',
    needs: ['configuration_read'],
    also: 'who changed history security',
  },
  { id: 'go.me', words: 'Go to my settings', keys: 'g m', place: 'anywhere', also: 'theme keys' },
  { id: 'clock', words: 'Move the clock', keys: 'c', place: 'anywhere', also: 'advance time test' },
  { id: 'theme', words: 'Switch between light and dark', place: 'anywhere', also: 'colour scheme' },
  { id: 'logOut', words: 'Log out', place: 'anywhere', also: 'sign out' },
  { id: 'list.next', words: 'Move down', keys: 'j', place: 'list' },
  { id: 'list.previous', words: 'Move up', keys: 'k', place: 'list' },
  { id: 'list.open', words: 'Open the row', keys: 'Enter', place: 'list' },
  { id: 'list.peek', words: 'Peek at the row', keys: 'Space', place: 'list' },
  { id: 'list.select', words: 'Select the row', keys: 'x', place: 'list' },
  { id: 'list.selectRange', words: 'Select up to the row', keys: 'X', place: 'list' },
  { id: 'list.selectAll', words: 'Select all loaded rows', keys: '*', place: 'list' },
  { id: 'list.filter', words: 'Add a filter', keys: 'f', place: 'list' },
  { id: 'list.saveView', words: 'Save this view', keys: 'v', place: 'list' },
  {
    id: 'list.export',
    words: 'Save the selected or all loaded rows as CSV',
    keys: 'E',
    place: 'list',
    also: 'export download',
  },
  { id: 'list.changes', words: 'Show what changed in the list', place: 'list', also: 'refresh' },
  {
    id: 'autoOrder.pause',
    words: 'Pause or resume',
    keys: 'p',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'stop hold',
  },
  {
    id: 'autoOrder.skip',
    words: 'Skip the next shipment',
    keys: 's',
    place: 'auto order',
    needs: ['auto_order_write'],
  },
  {
    id: 'autoOrder.date',
    words: 'Move the next shipment',
    keys: 'd',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'date reschedule',
  },
  {
    id: 'autoOrder.quantity',
    words: 'Change the quantity',
    keys: 'q',
    place: 'auto order',
    needs: ['auto_order_write'],
  },
  {
    id: 'autoOrder.frequency',
    words: 'Change the frequency',
    keys: 'f',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'how often interval',
  },
  {
    id: 'autoOrder.item',
    words: 'Swap an item',
    keys: 'w',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'replace product',
  },
  {
    id: 'autoOrder.addItem',
    words: 'Add an item',
    keys: 'a',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'new product',
  },
  {
    id: 'autoOrder.removeItem',
    words: 'Remove an item',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'delete product',
  },
  {
    id: 'autoOrder.charge',
    words: 'Charge now',
    keys: 'b',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'bill rebill',
  },
  {
    id: 'autoOrder.price',
    words: 'Change the price',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'discount',
  },
  {
    id: 'autoOrder.addOns',
    words: 'Change the add-ons',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'extras',
  },
  {
    id: 'autoOrder.address',
    words: 'Change the shipping address',
    place: 'auto order',
    needs: ['auto_order_write'],
  },
  {
    id: 'autoOrder.card',
    words: 'Replace the card',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'payment link',
  },
  {
    id: 'autoOrder.stops',
    words: 'Set when it stops',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'end limit',
  },
  {
    id: 'autoOrder.properties',
    words: 'Change the properties',
    place: 'auto order',
    needs: ['auto_order_write'],
  },
  {
    id: 'autoOrder.unskip',
    words: 'Bring a skipped shipment back',
    place: 'auto order',
    needs: ['auto_order_write'],
  },
  {
    id: 'autoOrder.merge',
    words: 'Merge other auto orders into this one',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'consolidate',
  },
  {
    id: 'autoOrder.cancel',
    words: 'Cancel this auto order',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'stop end',
  },
  {
    id: 'autoOrder.reactivate',
    words: 'Reactivate this auto order',
    place: 'auto order',
    needs: ['auto_order_write'],
    also: 'enable start',
  },
  {
    id: 'autoOrder.json',
    words: 'Inspect JSON, curl and events',
    keys: 'J',
    place: 'auto order',
  },
  { id: 'autoOrder.copyLink', words: 'Copy the link', keys: 'y', place: 'auto order' },
  {
    id: 'order.charge',
    words: 'Charge the order now',
    keys: 'b',
    place: 'order',
    needs: ['order_write'],
    also: 'collect owed pay bill',
  },
  {
    id: 'order.ship',
    words: 'Ship the order',
    keys: 's',
    place: 'order',
    needs: ['order_write'],
    also: 'tracking shipment',
  },
  {
    id: 'order.refund',
    words: 'Refund the order',
    keys: 'r',
    place: 'order',
    needs: ['order_write'],
    also: 'give back money',
  },
  {
    id: 'order.hold',
    words: 'Hold the order',
    keys: 'h',
    place: 'order',
    needs: ['order_write'],
    also: 'stop keep back',
  },
  {
    id: 'task.new',
    words: 'Add a task',
    place: 'task',
    needs: ['workflow_write'],
    also: 'new create',
  },
  {
    id: 'task.take',
    words: 'Take the task',
    keys: 'a',
    place: 'task',
    needs: ['workflow_write'],
    also: 'assign mine',
  },
  {
    id: 'task.handOver',
    words: 'Hand the task over',
    keys: 'h',
    place: 'task',
    needs: ['workflow_write'],
    also: 'assign give user group queue',
  },
  {
    id: 'task.note',
    words: 'Write a note',
    keys: 'n',
    place: 'task',
    needs: ['workflow_write'],
    also: 'comment',
  },
  {
    id: 'task.snooze',
    words: 'Snooze the task',
    keys: 'z',
    place: 'task',
    needs: ['workflow_write'],
    also: 'delay later',
  },
  {
    id: 'task.due',
    words: 'Set the due date',
    keys: 'd',
    place: 'task',
    needs: ['workflow_write'],
    also: 'deadline',
  },
  {
    id: 'task.priority1',
    words: 'Low priority',
    keys: '1',
    place: 'task',
    needs: ['workflow_write'],
  },
  {
    id: 'task.priority2',
    words: 'Medium priority',
    keys: '2',
    place: 'task',
    needs: ['workflow_write'],
  },
  {
    id: 'task.priority3',
    words: 'High priority',
    keys: '3',
    place: 'task',
    needs: ['workflow_write'],
  },
  {
    id: 'task.priority4',
    words: 'Critical priority',
    keys: '4',
    place: 'task',
    needs: ['workflow_write'],
    also: 'urgent',
  },
  {
    id: 'task.tags',
    words: 'Change the tags',
    keys: 't',
    place: 'task',
    needs: ['workflow_write'],
    also: 'labels',
  },
  {
    id: 'task.edit',
    words: 'Change name and details',
    place: 'task',
    needs: ['workflow_write'],
    also: 'rename',
  },
  {
    id: 'task.close',
    words: 'Close the task',
    place: 'task',
    needs: ['workflow_write'],
    also: 'done finish',
  },
  {
    id: 'task.closeAndNext',
    words: 'Close the task and open the next one',
    keys: 'R',
    place: 'task',
    needs: ['workflow_write'],
    also: 'done finish',
  },
  {
    id: 'task.reopen',
    words: 'Reopen or wake the task',
    place: 'task',
    needs: ['workflow_write'],
    also: 'open again',
  },
  {
    id: 'task.object',
    words: 'Open what the task is about',
    keys: 'o',
    place: 'task',
    also: 'object order',
  },
  {
    id: 'task.delete',
    words: 'Delete the task',
    place: 'task',
    needs: ['workflow_write'],
    also: 'remove',
  },
  {
    id: 'customer.export',
    words: 'Export everything about the customer',
    place: 'customer',
    needs: ['customer_write'],
    also: 'privacy data gdpr',
  },
  {
    id: 'key.new',
    words: 'Make an API key',
    place: 'anywhere',
    needs: ['user_write'],
    also: 'new secret program',
  },
  {
    id: 'user.new',
    words: 'Add a user',
    place: 'user',
    needs: ['user_write'],
    also: 'person colleague',
  },
  {
    id: 'group.new',
    words: 'Add a group',
    place: 'user',
    needs: ['user_write'],
  },
  {
    id: 'user.details',
    words: 'Edit the details of the user',
    place: 'user',
    needs: ['user_write'],
    also: 'name email',
  },
  {
    id: 'user.access',
    words: 'Change groups and permissions',
    place: 'user',
    needs: ['user_write'],
    also: 'rights',
  },
  {
    id: 'user.password',
    words: 'Set a password for the user',
    place: 'user',
    needs: ['user_write'],
  },
  {
    id: 'user.deactivate',
    words: 'Take all access away from the user',
    place: 'user',
    needs: ['user_write'],
    also: 'deactivate',
  },
  {
    id: 'user.delete',
    words: 'Delete the user',
    place: 'user',
    needs: ['user_write'],
  },
  {
    id: 'webhook.switch',
    words: 'Enable or disable the webhook',
    place: 'webhook',
    needs: ['configuration_write'],
  },
  {
    id: 'coupon.new',
    words: 'Add a coupon',
    place: 'anywhere',
    needs: ['coupon_write'],
    also: 'new',
  },
  {
    id: 'coupon.edit',
    words: 'Change the coupon',
    keys: 'e',
    place: 'coupon',
    needs: ['coupon_write'],
  },
  {
    id: 'coupon.codes',
    words: 'Make one-time codes',
    place: 'coupon',
    needs: ['coupon_write'],
  },
  {
    id: 'coupon.delete',
    words: 'Delete the coupon',
    place: 'coupon',
    needs: ['coupon_write'],
  },
  {
    id: 'item.price',
    words: 'Change the price of the item',
    keys: 'e',
    place: 'item',
    needs: ['item_write'],
  },
  {
    id: 'item.schedule',
    words: 'Change how the item recurs',
    place: 'item',
    needs: ['item_write'],
  },
  {
    id: 'shipping.new',
    words: 'Add a shipping method',
    place: 'anywhere',
    needs: ['configuration_write'],
    also: 'new',
  },
  {
    id: 'tax.new',
    words: 'Add a tax rate',
    place: 'anywhere',
    needs: ['configuration_write'],
    also: 'new',
  },
] as const satisfies readonly CommandSpec[];

export type CommandId = (typeof commands)[number]['id'];

/** A command by its id. */
export const commandOf = (id: CommandId): CommandSpec =>
  commands.find((command) => command.id === id)!;

/** The commands that contain every typed word, those that begin with the text first. */
export function matchingCommands<Spec extends CommandSpec>(
  specs: readonly Spec[],
  typed: string,
): Spec[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ words, also = '' }: CommandSpec) => `${words} ${also}`.toLowerCase();
  const begins = (spec: CommandSpec) => textOf(spec).startsWith(typed.trim().toLowerCase());
  const found = specs.filter((spec) => words.every((word) => textOf(spec).includes(word)));
  return [...found.filter(begins), ...found.filter((spec) => !begins(spec))];
}
