import { useMantineColorScheme } from '@mantine/core';
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { logOut } from '../api/sessionQueries.ts';
import { ClockBar } from '../clock/ClockBar.tsx';
import { Icon } from '../kit/icons.tsx';
import { paths } from '../paths.ts';
import { NavViews } from '../savedViews/NavViews.tsx';
import { forgetChanges } from './changes.ts';
import classes from './frame.module.css';
import { HelpSheet, helpOpen } from './helpSheet.tsx';
import { isWithin, lastPlaces } from './lastPlaces.ts';
import { navFor, navSections } from './nav.ts';
import { Palette, paletteOpen } from './palette.tsx';
import { keepPreferences } from './preferenceSync.ts';
import { useSession } from './session.tsx';
import { Toasts } from './toasts.tsx';
import { TopBar } from './topBar.tsx';
import { useCommands } from './useCommands.ts';
import { useKeys } from './useKeys.ts';

/** The parts around every page: the bar, the navigation, the dialogs of the shell. */
export function Frame() {
  const [isNavOpen, setNavOpen] = useState(false);
  const onNav = useCallback(() => setNavOpen((isOpen) => !isOpen), []);
  const onMove = useCallback(() => setNavOpen(false), []);
  useKeys();
  const onGo = useSectionPlaces();
  useShellCommands(onGo);
  useKeptPreferences();
  return (
    <div className={classes['frame']}>
      <a className={classes['skip']} href="#main">
        Skip to the content
      </a>
      <div className={classes['top']}>
        <TopBar isNavOpen={isNavOpen} onNav={onNav} />
        <ClockBar />
      </div>
      <SideNav isOpen={isNavOpen} onMove={onMove} onGo={onGo} />
      <main id="main" className={classes['main']} tabIndex={-1}>
        <Outlet />
      </main>
      <Palette />
      <HelpSheet />
      <Toasts />
    </div>
  );
}

interface SideNavProps {
  readonly isOpen: boolean;
  onMove(): void;
  /** Opens the section of an entry. */
  onGo(entry: string): void;
}

/**
 * Only this part follows the address, so that the rest of the frame is not rendered again on each
 * navigation.
 */
function SideNav({ isOpen, onMove, onGo }: SideNavProps) {
  const { permissions } = useSession();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // A change of the address closes the navigation.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new path
  useEffect(onMove, [path, onMove]);
  return (
    <nav id="nav" aria-label="Main" className={classes['nav']} data-open={isOpen || undefined}>
      {navFor(permissions).map(({ label, entries }) => (
        <section key={label} aria-label={label}>
          <p className={classes['section']}>{label}</p>
          <ul>
            {entries.map((entry) => (
              <li key={entry.path}>
                <Link
                  to={entry.path}
                  className={classes['link']}
                  onClick={(event) => {
                    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                    event.preventDefault();
                    onGo(entry.path);
                  }}
                  {...(isWithin(path, entry.within ?? entry.path) && {
                    'aria-current': 'page' as const,
                  })}
                >
                  <Icon name={entry.icon} />
                  {entry.label}
                </Link>
                <NavViews path={entry.path} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <a className={`${classes['link']} ${classes['reference']}`} href="/docs">
        <Icon name="book" /> API reference
      </a>
    </nav>
  );
}

/** Returns the current target of a navigation entry; also stores the person's current place. */
function useSectionPlaces(): (entry: string) => void {
  const router = useRouter();
  const { merchant, user } = useSession();
  const owner = `${merchant.id}/${user.id}`;
  const places = useMemo(() => lastPlaces(owner, navPaths), [owner]);
  useEffect(() => {
    const visit = ({ pathname, searchStr }: { pathname: string; searchStr: string }) =>
      places.visit(pathname, searchStr);
    visit(router.state.location);
    return router.subscribe('onResolved', ({ toLocation }) => visit(toLocation));
  }, [places, router]);
  return useCallback(
    (entry) =>
      void router.navigate({ href: places.leadsTo(entry, router.state.location.pathname) }),
    [places, router],
  );
}

const navPaths = navSections.flatMap(({ entries }) => entries.map(({ path }) => path));

/** Stores the person's choices while they are logged in. */
function useKeptPreferences(): void {
  const { merchant, user } = useSession();
  const owner = `${merchant.id}/${user.id}`;
  useEffect(() => keepPreferences(owner), [owner]);
}

/** The commands of every page. */
function useShellCommands(onGo: (entry: string) => void): void {
  const navigate = useNavigate();
  const { permissions } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const go = (to: string) => () => void navigate({ to });
  useCommands({
    palette: () => paletteOpen.set('all'),
    search: () => paletteOpen.set('all'),
    actions: () => paletteOpen.set('here'),
    help: () => helpOpen.set(true),
    theme: () => setColorScheme(colorScheme === 'dark' ? 'light' : 'dark'),
    logOut: () => {
      forgetChanges();
      void logOut().then(() => navigate({ to: paths.logIn }));
    },
    'go.me': go(paths.me),
    ...Object.fromEntries(
      navFor(permissions)
        .flatMap(({ entries }) => entries)
        .map(({ command, path }) => [command, () => onGo(path)]),
    ),
  });
}
