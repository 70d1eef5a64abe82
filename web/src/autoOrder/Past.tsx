import { Button } from '@mantine/core';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import {
  type InfiniteData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Contained, Empty, EmptyByFilter, NotShown, Waiting } from '../kit/states.tsx';
import { Entry } from './Entry.tsx';
import { KindFilter } from './KindFilter.tsx';
import classes from './life.module.css';
import { cursorFrom, kindWords } from './lifeUrl.ts';
import { type PastPage, pastQuery } from './queries.ts';
import { useLifeUrl } from './useLifeUrl.ts';

/** The timeline, newest entry first: from now, or around the entry that the address names. */
export function Past({ order }: { readonly order: AutoOrder }) {
  const code = order.auto_order_code ?? '';
  const { kind: kinds = [], at } = useSearch({ from: '/inside/auto-orders/$code' });
  const { choose } = useLifeUrl();
  // The past is read around the entry of the link that opened the page; choosing another entry only
  // moves the mark.
  const [from, setFrom] = useState(at === undefined ? undefined : cursorFrom(at));
  const result = useInfiniteQuery(pastQuery(code, order.auto_order_oid, kinds, from));
  const { data } = result;
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const toNow = () => {
    setFrom(undefined);
    choose({ at: undefined });
  };
  return (
    <>
      <div className={classes['pastHead']}>
        <h2 className={classes['title']}>What happened</h2>
        <KindFilter kinds={kinds} onChange={(kind) => choose({ kind })} />
      </div>
      <State result={result} />
      {from !== undefined && data && <Newer result={result} onNow={toNow} />}
      {data && entries.length > 0 && (
        <ol className={classes['axis']} aria-busy={result.isPlaceholderData || undefined}>
          {entries.map((entry) => (
            <Contained key={entry.entry_id}>
              <Entry entry={entry} isChosen={entry.entry_id === at} />
            </Contained>
          ))}
        </ol>
      )}
      {data && entries.length === 0 && (
        <NoEntries
          kinds={kinds.map((kind) => kindWords[kind])}
          onClear={() => choose({ kind: undefined })}
        />
      )}
      {result.hasNextPage && (
        <Button
          variant="default"
          loading={result.isFetchingNextPage}
          onClick={() => void result.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </>
  );
}

type Result = UseInfiniteQueryResult<InfiniteData<PastPage>>;

/** What is shown while the past is loading or was refused. */
function State({ result }: { readonly result: Result }) {
  const { data, error, refetch } = result;
  if (data) return null;
  if (error) return <NotShown refused={error} onRetry={() => void refetch()} />;
  return <Waiting what="what happened" rows={6} />;
}

/** The links to newer entries, if the list does not start at now. */
function Newer({ result, onNow }: { readonly result: Result; onNow(): void }) {
  return (
    <div className={classes['newer']}>
      {result.hasPreviousPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          loading={result.isFetchingPreviousPage}
          onClick={() => void result.fetchPreviousPage()}
        >
          Show newer
        </Button>
      )}
      <Button variant="subtle" size="compact-sm" onClick={onNow}>
        Back to now
      </Button>
    </div>
  );
}

function NoEntries({ kinds, onClear }: { readonly kinds: readonly string[]; onClear(): void }) {
  if (kinds.length > 0) return <EmptyByFilter filters={kinds} onClear={onClear} />;
  return (
    <Empty icon="clock" title="Nothing happened yet">
      Rebills, mails and changes will be listed here.
    </Empty>
  );
}
