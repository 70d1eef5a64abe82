import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useNavigate } from '@tanstack/react-router';
import { Icon } from '../kit/icons.tsx';
import { paths } from '../paths.ts';
import type { CommandId } from '../shell/commands.ts';
import { useKeysOf } from '../shell/keysShown.tsx';
import { useCan } from '../shell/session.tsx';
import { type CommandRuns, useCommands } from '../shell/useCommands.ts';
import {
  type Action,
  type ActionGroup,
  type Actions,
  actionGroups,
  actionsIn,
  allOf,
} from './actions.ts';
import classes from './autoOrder.module.css';

/** The facts about an auto order that its actions need. */
export interface ActionsProps {
  readonly order: AutoOrder;
  /** The state of the auto order in one word, and its version. */
  readonly row: AutoOrderRow;
}

/** The actions on the auto order, at the right of the page's heading. */
export function ActionBar({ order, row }: ActionsProps) {
  const isAllowed = useCan(['auto_order_write']);
  const actions = isAllowed ? actionsIn(row.state) : { buttons: [], menu: [] };
  const open = useOpen(order.auto_order_code ?? '');
  const runs: CommandRuns = Object.fromEntries(
    allOf(actions).map((action) => [action.command, () => open(action)]),
  );
  useCommands(runs);
  return (
    <>
      <Shown actions={actions} onOpen={open} />
      <CopyLink />
    </>
  );
}

function useOpen(code: string): (action: Action) => void {
  const navigate = useNavigate();
  return ({ part }) => void navigate({ to: paths.autoOrderEdit, params: { code, part } });
}

function Shown({
  actions: { primary, buttons, menu },
  onOpen,
}: {
  readonly actions: Actions;
  onOpen(action: Action): void;
}) {
  return (
    <>
      {primary && <ActionButton action={primary} isPrimary onOpen={onOpen} />}
      {buttons.map((action) => (
        <ActionButton key={action.part} action={action} onOpen={onOpen} />
      ))}
      {menu.length > 0 && (
        <Menu>
          <Menu.Target>
            <Button variant="default" rightSection={<Icon name="down" size={16} />}>
              Change
            </Button>
          </Menu.Target>
          <Menu.Dropdown className={classes['menu'] ?? ''}>
            {actionGroups.map((group) => (
              <MenuGroup
                key={group}
                group={group}
                actions={menu.filter((action) => action.group === group)}
                onOpen={onOpen}
              />
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

function MenuGroup({
  group,
  actions,
  onOpen,
}: {
  readonly group: ActionGroup;
  readonly actions: readonly Action[];
  onOpen(action: Action): void;
}) {
  if (actions.length === 0) return null;
  return (
    <>
      <Menu.Label>{group}</Menu.Label>
      {actions.map((action) => (
        <Menu.Item
          key={action.part}
          leftSection={<Icon name={action.icon} size={16} />}
          rightSection={<KeysOf id={action.command} />}
          onClick={() => onOpen(action)}
        >
          {action.label}
        </Menu.Item>
      ))}
    </>
  );
}

function KeysOf({ id }: { readonly id: CommandId }) {
  const keys = useKeysOf(id);
  return keys && <kbd>{keys}</kbd>;
}

function ActionButton({
  action,
  isPrimary = false,
  onOpen,
}: {
  readonly action: Action;
  readonly isPrimary?: boolean;
  onOpen(action: Action): void;
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

function CopyLink() {
  const clipboard = useClipboard({ timeout: 1500 });
  const copy = () => clipboard.copy(location.href);
  useCommands({ 'autoOrder.copyLink': copy });
  const label = clipboard.copied ? 'Copied' : 'Copy the link';
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={copy}>
        <Icon name={clipboard.copied ? 'check' : 'link'} />
      </ActionIcon>
    </Tooltip>
  );
}
