import { Button, Menu } from '@mantine/core';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { Link } from '@tanstack/react-router';
import { itemsWords, nextShipmentOf } from '../autoOrders/words.ts';
import { Moment } from '../kit/momentShown.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';

/** The choice of the active auto order into which a customer's others are merged. */
export function MergeMenu({ rows }: { readonly rows: readonly AutoOrderRow[] }) {
  const canWrite = useCan(['auto_order_write']);
  const running = rows.filter(({ status }) => status === 'active');
  if (!canWrite || running.length < 2) return null;
  return (
    <Menu position="bottom-end" width="min(420px, calc(100vw - 24px))">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          Merge into one …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Which one stays?</Menu.Label>
        {running.map((row) => (
          <Menu.Item
            key={row.auto_order_oid}
            renderRoot={(props) => (
              <Link
                {...props}
                data-button
                to={paths.autoOrderEdit}
                params={{ code: row.auto_order_code ?? '', part: 'merge' }}
              />
            )}
          >
            <code>{row.auto_order_code}</code> {itemsWords(row.items)}, next{' '}
            <Moment at={nextShipmentOf(row)} style="day" />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
