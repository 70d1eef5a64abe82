import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { endSession, sessionsQuery } from './queries.ts';

/** Where the person is logged in, and a way to end each session but this one. */
export function Sessions() {
  const result = useQuery(sessionsQuery);
  const { user } = useSession();
  const [error, setError] = useState<Error>();
  const end = (id: string) => {
    setError(undefined);
    endSession(id).then(() => toast({ text: 'The session has ended.' }), setError);
  };
  return (
    <>
      <Loaded result={result} what="your sessions">
        {(sessions) => (
          <SmallTable
            what="Your sessions"
            columns={[
              { label: 'Logged in' },
              { label: 'Last seen' },
              { label: 'From' },
              { label: 'Browser' },
              { label: 'Action' },
            ]}
            rows={sessions
              .filter((session) => session.user?.user_id === user.id)
              .map(({ session_id: id = '', ...session }) => ({
                key: id,
                cells: [
                  <Moment at={session.created_dts} isReal />,
                  <Moment at={session.seen_dts} isReal />,
                  session.ip_address,
                  session.user_agent,
                  session.current ? (
                    'This one'
                  ) : (
                    <Button size="compact-sm" variant="default" onClick={() => end(id)}>
                      End
                    </Button>
                  ),
                ],
              }))}
          />
        )}
      </Loaded>
      <Refusal error={error} />
    </>
  );
}
