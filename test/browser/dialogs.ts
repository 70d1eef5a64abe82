import type { Page } from 'playwright-core';
import { looks } from './looks.ts';
import type { Objects } from './pages.ts';
import { takePicture } from './pictures.ts';

/** A dialog or menu, and the steps that open it. */
export interface DialogRow {
  readonly name: string;
  readonly at: string;
  /** Opens the dialog on the page. Absent: the address opens it. */
  open?(page: Page): Promise<void>;
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name }).first().click();

/**
 * The dialogs and menus of which pictures are taken for people. Those with an address and different
 * markup are also in `pages.ts` and are checked in each run. The others are opened only for
 * pictures, which saves time.
 */
export function dialogsOf(objects: Objects): DialogRow[] {
  const { autoOrderCode, orderId, taskNumber, customerOid } = objects;
  const autoOrder = `/auto-orders/${autoOrderCode}`;
  const order = `/orders/${orderId}`;
  return [
    ...autoOrderParts.map((part) => ({
      name: `auto-order-${part}`,
      at: `${autoOrder}/edit/${part}`,
    })),
    ...orderActions.map((action) => ({ name: `order-${action}`, at: `${order}/do/${action}` })),
    { name: 'auto-order-menu', at: autoOrder, open: (page) => button(page, /^Change$/) },
    { name: 'order-menu', at: order, open: (page) => button(page, /^More$/) },
    ...bulkDialogs,
    { name: 'palette', at: autoOrder, open: (page) => page.keyboard.press('Control+k') },
    { name: 'keys', at: '/tasks', open: (page) => page.keyboard.press('?') },
    { name: 'filter', at: '/auto-orders', open: (page) => button(page, 'Filter') },
    {
      name: 'clock',
      at: '/',
      open: async (page) => {
        await button(page, '+1 month');
        await page.getByRole('dialog').getByText('Declines expected').waitFor();
      },
    },
    {
      name: 'merge-menu',
      at: `/customers/${customerOid}`,
      open: (page) => button(page, 'Merge into one …'),
    },
    { name: 'row', at: '/auto-orders', open: (page) => page.keyboard.press('j') },
    { name: 'jump', at: '/auto-orders', open: (page) => page.keyboard.press('G') },
    { name: 'columns', at: '/auto-orders', open: (page) => button(page, 'Columns') },
    { name: 'view', at: '/auto-orders?state=paused', open: (page) => page.keyboard.press('v') },
    { name: 'end', at: '/orders', open: (page) => page.keyboard.press('End') },
    { name: 'export', at: '/orders', open: (page) => button(page, 'Save as CSV') },
    { name: 'person-menu', at: '/', open: (page) => button(page, /, menu$/) },
    { name: 'task-more', at: `/tasks/${taskNumber}`, open: (page) => button(page, 'More actions') },
    {
      name: 'refused-task',
      at: '/tasks?new=1',
      open: (page) => button(page, 'Add the task'),
    },
    ...['/catalogue', '/coupons'].map((at) => ({
      name: `bulk-bar${at.replace('/', '-')}`,
      at,
      open: async (page: Page) => await page.locator('[data-index] [data-box]').first().click(),
    })),
    ...taskButtons.map((action) => ({
      name: `task-${action.toLowerCase().replace(' ', '-')}`,
      at: `/tasks/${taskNumber}`,
      open: (page: Page) => button(page, new RegExp(`^${action}`)),
    })),
  ];
}

const bulkDialogs: readonly DialogRow[] = [
  ...['Pause', 'Move', 'Cancel'].map((action) => ({
    name: `bulk-${action.toLowerCase()}`,
    at: '/auto-orders',
    open: async (page: Page) => {
      await chooseRows(page);
      await page.getByRole('button', { name: `${action} …` }).click();
    },
  })),
  {
    name: 'bulk-menu',
    at: '/auto-orders',
    open: async (page) => {
      await chooseRows(page);
      const bar = page.getByRole('region', { name: /^Selected/ });
      await bar.getByRole('button', { name: 'Change' }).click();
    },
  },
];

/** Selects the first three rows with their checkboxes. */
async function chooseRows(page: Page): Promise<void> {
  const boxes = page.locator('[data-index] [data-box]');
  for (const index of [0, 1, 2]) await boxes.nth(index).click();
}

const autoOrderParts = [
  'quantity',
  'frequency',
  'item',
  'remove-item',
  'price',
  'address',
  'stops',
  'properties',
  'pause',
  'resume',
  'unskip',
  'charge',
  'reactivate',
  'merge',
];
const orderActions = [
  'ship',
  'release',
  'paid',
  'hold',
  'cancel',
  'reject',
  'duplicate',
  'shipment-mail',
  'adjust',
  'affiliate',
  'block-refunds',
  'delete',
];
const taskButtons = ['Hand over', 'Snooze'];

/** Opens a dialog, and takes a picture of it in each colour scheme and width. */
export async function pictureDialog(page: Page, name: string, open: DialogRow['open']) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await open?.(page);
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  for (const { scheme, width, height } of looks) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    await takePicture(page, `dialog-${name}-${scheme}-${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}
