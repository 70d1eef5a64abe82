import { Button, Menu } from '@mantine/core';
import type { Order } from '@perennial/contract/order.ts';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Icon } from '../kit/icons.tsx';
import { paths } from '../paths.ts';
import { useKeysOf } from '../shell/keysShown.tsx';
import { useCan } from '../shell/session.tsx';
import { type CommandRuns, useCommands } from '../shell/useCommands.ts';
import { actionsOf, type OrderAction } from './actions.ts';
import { orderStagesQuery, refundableQuery } from './queries.ts';

/** The actions on an order, at the right of the page's heading. */
export function OrderActions({ id, order }: { readonly id: string; readonly order: Order }) {
  const isAllowed = useCan(['order_write']);
  const stages = useQuery(orderStagesQuery(id));
  const refundable = useQuery(refundableQuery(id));
  const navigate = useNavigate();
  const open = ({ id: action }: OrderAction): void =>
    void (action === 'refund'
      ? navigate({ to: paths.orderRefund, params: { id } })
      : navigate({ to: paths.orderAction, params: { id, action } }));
  const isKnown = isAllowed && stages.data !== undefined && refundable.data !== undefined;
  const { buttons, menu } = isKnown
    ? actionsOf({ order, stages: stages.data, refundable: refundable.data })
    : { buttons: [], menu: [] };
  const runs: CommandRuns = Object.fromEntries(
    [...buttons, ...menu].flatMap((action) =>
      action.command ? [[action.command, () => open(action)]] : [],
    ),
  );
  useCommands(runs);
  if (!isAllowed)
    return (
      <span className="soft">
        Changing it needs the permission <code>order_write</code>.
      </span>
    );
  return (
    <>
      {buttons.map((action, index) => (
        <ActionButton
          key={action.id}
          action={action}
          isPrimary={index === 0 && action.id !== 'refund' && action.id !== 'hold'}
          onOpen={open}
        />
      ))}
      {menu.length > 0 && <MoreMenu menu={menu} onOpen={open} />}
    </>
  );
}

function ActionButton({
  action,
  isPrimary,
  onOpen,
}: {
  readonly action: OrderAction;
  readonly isPrimary: boolean;
  onOpen(action: OrderAction): void;
}) {
  const keys = useKeysOf(action.command);
  return (
    <Button
      variant={isPrimary ? 'filled' : 'default'}
      leftSection={<Icon name={action.icon} size={16} />}
      onClick={() => onOpen(action)}
      {...(keys && { 'aria-keyshortcuts': keys, title: `${action.label} (${keys})` })}
    >
      {action.label}
    </Button>
  );
}

function MoreMenu({
  menu,
  onOpen,
}: {
  readonly menu: readonly OrderAction[];
  onOpen(action: OrderAction): void;
}) {
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" rightSection={<Icon name="down" size={16} />}>
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {menu.map((action) => (
          <Menu.Item
            key={action.id}
            leftSection={<Icon name={action.icon} size={16} />}
            onClick={() => onOpen(action)}
          >
            {action.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
