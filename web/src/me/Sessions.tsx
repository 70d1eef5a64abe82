import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { BrowserName } from '../kit/browserName.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { endSession, sessionsQuery } from './queries.ts';

/**
 * The sessions of a user (by default the person at this browser), with a button to end each session
 * except this one. Ending other users' sessions needs configuration_write.
 */
export function Sessions({ userId }: { readonly userId?: number }) {
  const result = useQuery(sessionsQuery);
  const { user, permissions } = useSession();
  const shownId = userId ?? user.id;
  const canEnd = shownId === user.id || permissions.has('configuration_write');
  const [error, setError] = useState<Error>();
  const end = (id: string) => {
    setError(undefined);
    endSession(id).then(() => toast({ text: 'The session has ended.' }), setError);
  };
  return (
    <>
      <Loaded result={result} what="the sessions">
        {(sessions) => {
          const shown = sessions.filter((session) => session.user?.user_id === shownId);
          return shown.length === 0 ? (
            <p className="soft">No open session.</p>
          ) : (
            <SmallTable
              what="Sessions"
              columns={[
                { label: 'Logged in' },
                { label: 'Last seen' },
                { label: 'From' },
                { label: 'Browser' },
                { label: 'Action' },
              ]}
              rows={shown.map(({ session_id: id = '', ...session }) => ({
                key: id,
                cells: [
                  <Moment at={session.created_dts} isReal />,
                  <Moment at={session.seen_dts} isReal />,
                  session.ip_address,
                  <BrowserName agent={session.user_agent} />,
                  session.current ? 'This one' : canEnd && <End onClick={() => end(id)} />,
                ],
              }))}
            />
          );
        }}
      </Loaded>
      <Refusal error={error} />
    </>
  );
}

function End({ onClick }: { onClick(): void }) {
  return (
    <Button size="compact-sm" variant="default" onClick={onClick}>
      End
    </Button>
  );
}
