import { Modal } from '@mantine/core';
import type { Permission } from '@perennial/contract/operations.ts';
import type { Session } from '@perennial/contract/session.ts';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { logInPrompt } from '../api/call.ts';
import { Refused } from '../api/refused.ts';
import { type LogInEntry, logIn, sessionQuery } from '../api/sessionQueries.ts';
import { createStore, useStore } from '../kit/store.ts';
import { ZoneContext } from '../kit/zone.ts';
import { type LogInFault, LogInForm } from './logInForm.tsx';
import { logInWords } from './logInWords.ts';

/** The session in the form for screens: every part is present. */
export interface Known {
  readonly merchant: {
    readonly id: string;
    readonly name: string;
    readonly zone: string;
    readonly currency: string;
    /** True if the clock can be moved. */
    readonly isTest: boolean;
  };
  readonly user: {
    readonly id: number;
    readonly login: string;
    readonly name: string;
    readonly groupOids: readonly number[];
  };
  readonly permissions: ReadonlySet<string>;
  readonly features: ReadonlySet<string>;
  /** The steps that the person must finish before anything else. */
  readonly steps: readonly string[];
}

const SessionContext = createContext<Known | undefined>(undefined);

/** The session of the person at this browser. */
export function useSession(): Known {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is used outside the frame');
  return session;
}

/** Returns whether the person has one of these permissions; always true if none is needed. */
export function useCan(needs: readonly Permission[]): boolean {
  const { permissions } = useSession();
  return needs.length === 0 || needs.some((need) => permissions.has(need));
}

/** Provides the session to its children, and asks for the password when it has ended. */
export function SessionProvider({
  session,
  children,
}: {
  readonly session: Session;
  readonly children: ReactNode;
}) {
  const known = useMemo(() => knownOf(session), [session]);
  return (
    <SessionContext.Provider value={known}>
      <ZoneContext value={known.merchant.zone}>
        {children}
        <LogInDialog />
      </ZoneContext>
    </SessionContext.Provider>
  );
}

function knownOf({ merchant = {}, user = {}, permissions = [], ...more }: Session): Known {
  const { features = [], steps = [] } = more;
  return {
    merchant: merchantOf(merchant),
    user: userOf(user),
    permissions: new Set(permissions),
    features: new Set(features),
    steps,
  };
}

function merchantOf(merchant: NonNullable<Session['merchant']>): Known['merchant'] {
  const { merchant_id: id = '', name = id, time_zone: zone = 'UTC', currency = 'USD' } = merchant;
  return { id, name, zone, currency, isTest: merchant.is_test ?? false };
}

function userOf(user: NonNullable<Session['user']>): Known['user'] {
  const { user_id: id = 0, login = '', name = login, group_oids: groupOids = [] } = user;
  return { id, login, name, groupOids };
}

/** The log-in that calls are waiting for. All calls share one. */
interface Pending {
  readonly reason: 'ended' | 'recent';
  readonly entered: PromiseWithResolvers<void>;
}

const pending = createStore<Pending | undefined>(undefined);

/** Whether the log-in is open above the page. */
export const useIsAskedToLogIn = (): boolean => useStore(pending, (open) => open !== undefined);

function ask(reason: 'ended' | 'recent'): Promise<void> {
  const open = pending.get() ?? { reason, entered: Promise.withResolvers<void>() };
  pending.set(open);
  return open.entered.promise;
}

/** The log-in above the page: typed text below stays, and the waiting calls continue. */
function LogInDialog() {
  const open = useStore(pending);
  const { merchant, user } = useSession();
  useEffect(() => {
    logInPrompt.ask = ask;
  }, []);
  return (
    <Modal
      opened={open !== undefined}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={open?.reason === 'recent' ? 'Confirm that it is you' : 'Your session has ended'}
    >
      <p className="soft">
        {open?.reason === 'recent'
          ? 'This change needs your password again.'
          : 'Log in again to continue. Nothing that you typed is lost.'}
      </p>
      <LogInForm
        merchantId={merchant.id}
        login={user.login}
        asksForMerchant={false}
        onEnter={async (entry) => {
          const fault = await enter(entry, false);
          if (fault) return fault;
          pending.set(undefined);
          open?.entered.resolve();
          return undefined;
        }}
      />
    </Modal>
  );
}

/** Logs in; returns the fault and the next step. */
export async function enter(
  entry: LogInEntry,
  asksForMerchant: boolean,
): Promise<LogInFault | undefined> {
  try {
    await logIn(entry);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const asksForCode = error.code === 'second_factor_needed';
    const message = logInWords(error, { asksForMerchant, hasCode: entry.code !== undefined });
    return { error: new Error(message), waitSeconds: error.retryAfterSeconds, asksForCode };
  }
}

/** The session, while it is being read, and its fault. */
export const useSessionQuery = () => useQuery(sessionQuery);
