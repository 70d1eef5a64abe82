import type { paths } from '../../web/src/paths.ts';

/** The objects of the test's merchant that addresses name. */
export interface Objects {
  readonly autoOrderCode: string;
}

/** An address, and a text that the page shows only when it has what belongs there. */
export interface Sight {
  readonly at: string;
  readonly shows: string;
}

/**
 * A page in each of its states. `pages.test.ts` opens all of them, light and dark, wide and narrow,
 * and looks for faults.
 */
export interface PageRow {
  /** Its h1 with data. */
  readonly heading: string | RegExp;
  /** With data: the page itself, and each of its tabs, panels and dialogs that has an address. */
  filled(objects: Objects): readonly Sight[];
  /** In a merchant without data; for the page of one object: an object that does not exist. */
  readonly empty?: Sight;
  /** To a person without any permission. Absent: nothing on the page needs one. */
  readonly forbidden?: Sight;
  /** While the server fails. Absent: the page asks for nothing but the session. */
  readonly refused?: Sight;
}

const mayNot = (at: string): Sight => ({ at, shows: 'You may not see this' });
const failed = (at: string): Sight => ({ at, shows: 'The server failed' });

/**
 * Every page of the console. A route without a row fails the compiler; a new dialog or tab with an
 * address is a line in `filled`.
 */
export const pages: Readonly<Record<Exclude<keyof typeof paths, 'logIn'>, PageRow>> = {
  today: {
    heading: 'Auto orders',
    filled: () => [{ at: '/', shows: '60 rows' }],
  },
  autoOrders: {
    heading: 'Auto orders',
    filled: ({ autoOrderCode }) => [
      { at: '/auto-orders', shows: '60 rows' },
      { at: `/auto-orders?open=${autoOrderCode}`, shows: 'Next shipment' },
      { at: '/auto-orders?q=zzzz&state=paused', shows: 'Nothing matches' },
    ],
    empty: { at: '/auto-orders', shows: 'No auto orders yet' },
    forbidden: mayNot('/auto-orders'),
    refused: failed('/auto-orders'),
  },
  autoOrder: {
    heading: /^[A-Z0-9]{10}/,
    filled: ({ autoOrderCode }) => [{ at: `/auto-orders/${autoOrderCode}`, shows: autoOrderCode }],
    empty: { at: '/auto-orders/AAAAAAAAAA', shows: 'Not found' },
    forbidden: mayNot('/auto-orders/AAAAAAAAAA'),
    refused: failed('/auto-orders/AAAAAAAAAA'),
  },
  me: {
    heading: 'My settings',
    filled: () => [{ at: '/me', shows: 'Who you are' }],
  },
};
