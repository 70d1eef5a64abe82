import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { reachable } from '../api/call.ts';
import { keepLive, liveNeeds, liveness } from '../api/live.ts';
import { Icon } from '../kit/icons.tsx';
import { zoneName } from '../kit/moment.ts';
import { useStore } from '../kit/store.ts';
import { paths } from '../paths.ts';
import { Brand } from './brand.tsx';
import { recentChanges } from './changes.ts';
import classes from './frame.module.css';
import { keyWords } from './keys.ts';
import { isMac, Keys } from './keysShown.tsx';
import { OpenTasks } from './openTasks.tsx';
import { paletteOpen } from './palette.tsx';
import { useCan, useSession } from './session.tsx';
import { undoChange } from './toasts.tsx';
import { running } from './useCommands.ts';

/** The bar with merchant, zone, search, connection state, recent changes, and the person. */
export function TopBar({ isNavOpen, onNav }: { readonly isNavOpen: boolean; onNav(): void }) {
  const { merchant } = useSession();
  return (
    <header className={classes['bar']}>
      <ActionIcon
        className={classes['burger']}
        aria-label={isNavOpen ? 'Close the navigation' : 'Open the navigation'}
        aria-expanded={isNavOpen}
        aria-controls="nav"
        onClick={onNav}
      >
        <Icon name={isNavOpen ? 'close' : 'menu'} />
      </ActionIcon>
      <Link to={paths.today} className={classes['home']} aria-label="Perennial, start page">
        <Brand />
      </Link>
      <p className={classes['merchant']}>
        <strong>{merchant.name}</strong>
        <span title={`All dates and times are in the zone ${merchant.zone}`}>
          {zoneName(merchant.zone)} time
        </span>
      </p>
      <button
        type="button"
        className={classes['search']}
        aria-keyshortcuts="Control+K"
        onClick={() => paletteOpen.set('all')}
      >
        <Icon name="search" size={16} />
        <span>Search or type a command …</span>
        <Keys words={keyWords('Mod+k', isMac)} />
      </button>
      <OpenTasks />
      <LiveDot />
      <RecentChanges />
      <PersonMenu />
    </header>
  );
}

/**
 * Green: changes arrive as they happen. Red and in words: the connection is lost, and since when.
 */
function LiveDot() {
  const isAllowed = useCan(liveNeeds);
  const { isConnected, lastAtMs } = useStore(liveness);
  const { isReached } = useStore(reachable);
  useEffect(() => (isAllowed ? keepLive() : undefined), [isAllowed]);
  if (!isAllowed && isReached) return null;
  const isWell = isReached && (isConnected || !isAllowed);
  const since =
    lastAtMs === undefined ? '' : `, last at ${new Date(lastAtMs).toLocaleTimeString('en-GB')}`;
  const words = isWell ? 'Live' : lastAtMs === undefined ? 'Connecting' : `Reconnecting${since}`;
  return (
    <span className={classes['live']} data-well={isWell || undefined} role="status" title={words}>
      <i aria-hidden="true" />
      <span className={isWell ? 'visually-hidden' : undefined}>{words}</span>
    </span>
  );
}

function RecentChanges() {
  const changes = useStore(recentChanges);
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label="Recent changes">
          <ActionIcon aria-label="Recent changes">
            <Icon name="undo" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown maw={380}>
        <Menu.Label>What you changed in this tab</Menu.Label>
        {changes.length === 0 && <p className={classes['none']}>Nothing yet.</p>}
        {changes.map((change) => (
          <Menu.Item
            key={change.id}
            disabled={change.undo === undefined || change.isUndone}
            onClick={() => void undoChange(change)}
            rightSection={change.isUndone ? 'undone' : change.undo ? 'Undo' : undefined}
          >
            {change.text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PersonMenu() {
  const { user, merchant } = useSession();
  return (
    <Menu width={230}>
      <Menu.Target>
        <Button variant="subtle" color="gray" className={classes['person'] ?? ''}>
          <span className={classes['initials']}>{initialsOf(user.name)}</span>
          <span className="visually-hidden">{user.name}, menu</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.name} at {merchant.id}
        </Menu.Label>
        <Menu.Item component={Link} data-button to={paths.me} leftSection={<Icon name="gear" />}>
          My settings
        </Menu.Item>
        <RunItem command="help" icon="keyboard" words="Keys" />
        <RunItem command="theme" icon="moon" words="Light or dark" />
        <Menu.Item component="a" data-button href="/docs" leftSection={<Icon name="book" />}>
          API reference
        </Menu.Item>
        <Menu.Divider />
        <RunItem command="logOut" icon="logOut" words="Log out" />
      </Menu.Dropdown>
    </Menu>
  );
}

function RunItem({
  command,
  icon,
  words,
}: {
  readonly command: 'help' | 'theme' | 'logOut';
  readonly icon: 'keyboard' | 'moon' | 'logOut';
  readonly words: string;
}) {
  return (
    <Menu.Item leftSection={<Icon name={icon} />} onClick={() => running.get().get(command)?.()}>
      {words}
    </Menu.Item>
  );
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
