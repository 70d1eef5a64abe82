import { Button } from '@mantine/core';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { TimelineEntry } from '@perennial/contract/timeline.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useShown } from '../autoOrder/useShown.ts';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { recordedWords } from '../edits/fieldWords.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { Contained, NotShown, Waiting } from '../kit/states.tsx';
import { OrderLink } from '../orders/OrderLink.tsx';
import { customerTimelineQuery } from './queries.ts';
import classes from './timeline.module.css';

/** The timeline of all auto orders of a customer, newest entry first. */
export function CustomerTimeline({
  oid,
  autoOrders,
}: {
  readonly oid: number;
  readonly autoOrders: readonly AutoOrderRow[];
}) {
  const result = useInfiniteQuery(customerTimelineQuery(oid));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = result;
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="what happened" rows={4} />;
  const entries = data.pages.flatMap(({ entries = [] }) => entries);
  if (entries.length === 0) return <p className="soft">Nothing yet.</p>;
  const codes = new Map(
    autoOrders.map(({ auto_order_oid, auto_order_code }) => [auto_order_oid, auto_order_code]),
  );
  return (
    <>
      <ol className={classes['entries']}>
        {entries.map((entry) => (
          <li key={entry.entry_id}>
            <Contained>
              <Entry entry={entry} code={codes.get(entry.auto_order_oid)} />
            </Contained>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Earlier
        </Button>
      )}
    </>
  );
}

function Entry({
  entry,
  code,
}: {
  readonly entry: TimelineEntry;
  readonly code: string | undefined;
}) {
  const { title, actor, changes = [] } = entry;
  const shown = useShown();
  return (
    <>
      <span className="soft">
        <Moment at={entry.at_dts} />
      </span>
      <div className={classes['body']}>
        <span>
          <Sentence text={title} />
        </span>
        {actor?.name && <span className="soft">by {actor.name}</span>}
        {changes.map((change) => {
          const { name, before = 'none', after } = recordedWords(change, shown);
          return (
            <span key={change.field} className="soft" title={change.field}>
              {name}: {before} → {after}
            </span>
          );
        })}
        <span className={classes['links']}>
          <AutoOrderLink code={code} />
          <OrderLink id={entry.order_id} />
        </span>
      </div>
    </>
  );
}
