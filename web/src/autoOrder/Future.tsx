import { Button } from '@mantine/core';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { NotShown, Waiting } from '../kit/states.tsx';
import classes from './life.module.css';
import { endWords, linesWords, noticesBefore } from './lifeWords.ts';
import { futureCount, previewQuery } from './queries.ts';
import { plannedStops } from './stops.ts';
import { useLifeUrl } from './useLifeUrl.ts';
import { useShown } from './useShown.ts';
import { Why } from './Why.tsx';

const shortCount = 3;
const countMax = 100;

/** The future rebills, the next one at the bottom, each with the rules that determine it. */
export function Future({ order }: { readonly order: AutoOrder }) {
  const code = order.auto_order_code ?? '';
  const { rebill } = useSearch({ from: '/inside/auto-orders/$code' });
  const [isLong, setLong] = useState(rebill !== undefined && rebill !== 'none');
  const [count, setCount] = useState(futureCount);
  const { data, error, refetch } = useQuery(previewQuery(code, order.auto_order_oid, count));
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="the rebills to come" rows={3} />;
  const visible = isLong ? data.rebills : data.rebills.slice(0, shortCount);
  const canShowMore = visible.length < data.rebills.length;
  const canReadMore = data.rebills.length === count && count < countMax;
  const more = () => (canShowMore ? setLong(true) : setCount(Math.min(count * 2, countMax)));
  const ends = canShowMore || canReadMore ? undefined : endWords(data.ends, visible.length === 0);
  return (
    <>
      <h2 className={classes['title']}>To come</h2>
      <FutureEnd ends={ends} order={order} />
      {(canShowMore || canReadMore) && (
        <Button variant="subtle" size="compact-sm" onClick={more} className={classes['more'] ?? ''}>
          Show later rebills
        </Button>
      )}
      {visible.length > 0 && (
        <ol className={classes['axis']} reversed>
          {visible
            .map((each, index) => (
              <Fragment key={each.rebill_number}>
                <Rebill rebill={each} code={code} isOpen={isOpened(rebill, each, index)} />
                <Notices rebill={each} />
              </Fragment>
            ))
            .toReversed()}
        </ol>
      )}
    </>
  );
}

/** The next rebill is explained, unless the person opened another one or closed it. */
const isOpened = (chosen: string | undefined, { rebill_number }: PreviewRebill, index: number) =>
  chosen === undefined ? index === 0 : chosen === String(rebill_number);

function FutureEnd({
  ends,
  order,
}: {
  readonly ends: string | undefined;
  readonly order: AutoOrder;
}) {
  const stops = plannedStops(order, useShown());
  if (ends === undefined && stops.length === 0) return null;
  return (
    <p className={classes['end']}>
      {ends}
      {stops.map((words) => (
        <span key={words} className={classes['stop']}>
          <Icon name="alert" size={15} />
          {words}
        </span>
      ))}
    </p>
  );
}

function Rebill({
  rebill,
  code,
  isOpen,
}: {
  readonly rebill: PreviewRebill;
  readonly code: string;
  readonly isOpen: boolean;
}) {
  const { choose } = useLifeUrl();
  const number = String(rebill.rebill_number);
  return (
    <li className={classes['entry']} data-future>
      <span className={classes['when']}>
        <Moment at={rebill.shipment_dts} style="day" />
      </span>
      <div className={classes['what']}>
        <button
          type="button"
          className={classes['open']}
          aria-expanded={isOpen}
          aria-controls={`why-${code}-${number}`}
          onClick={() => choose({ rebill: isOpen ? 'none' : number })}
        >
          <span className={classes['name']}>
            Rebill {number}
            <span className="soft"> · {linesWords(rebill.lines)}</span>
          </span>
          <strong className={classes['amount']}>
            <Money amount={rebill.total} currency={rebill.currency_code} />
          </strong>
          <Icon name={isOpen ? 'down' : 'right'} size={15} />
        </button>
        <div id={`why-${code}-${number}`}>{isOpen && <Why charge={rebill} />}</div>
      </div>
    </li>
  );
}

/** The notices before a rebill; on the axis they are below it, because they are earlier. */
function Notices({ rebill }: { readonly rebill: PreviewRebill }) {
  return noticesBefore(rebill).map(({ at, items }) => (
    <li key={at} className={classes['entry']} data-future data-small>
      <span className={classes['when']}>
        <Moment at={at} style="day" />
      </span>
      <span className={classes['what']}>Notice to the customer: {items} will ship</span>
    </li>
  ));
}
