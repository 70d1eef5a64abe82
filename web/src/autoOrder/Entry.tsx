import type { TimelineEntry } from '@perennial/contract/timeline.ts';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { recordedWords } from '../edits/fieldWords.ts';
import { Icon } from '../kit/icons.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { Explanation } from './Explanation.tsx';
import classes from './life.module.css';
import { actorWords, entryTitle, entryTone } from './lifeWords.ts';
import { useShown } from './useShown.ts';

/** One entry of the timeline. Its time is a link to it. */
export function Entry({
  entry,
  isChosen,
}: {
  readonly entry: TimelineEntry;
  readonly isChosen: boolean;
}) {
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) place.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  const isTick = entry.kind === 'delivery' || entry.kind === 'mail';
  return (
    <li
      ref={place}
      className={classes['entry']}
      data-small={isTick || undefined}
      aria-current={isChosen || undefined}
    >
      <Link
        className={classes['when']}
        from={paths.autoOrder}
        to="."
        search={(before) => ({ ...before, at: entry.entry_id ?? '' })}
        resetScroll={false}
      >
        <Moment at={entry.at_dts} style="day" />
      </Link>
      <div className={classes['what']}>
        <Title entry={entry} />
        <Details entry={entry} />
      </div>
    </li>
  );
}

/**
 * The entry of a charge can be opened and shows how its amount was calculated. Other entries are
 * one line.
 */
function Title({ entry }: { readonly entry: TimelineEntry }) {
  const { kind, order_id: orderId } = entry;
  if (kind === 'rebill' && orderId !== undefined) return <Charge entry={entry} orderId={orderId} />;
  return (
    <div className={classes['head']}>
      <Status tone={entryTone(entry)}>
        <Sentence text={entryTitle(entry)} />
      </Status>
      {orderId !== undefined && <span className="soft">{orderId}</span>}
    </div>
  );
}

function Charge({ entry, orderId }: { readonly entry: TimelineEntry; readonly orderId: string }) {
  const { attempt } = entry;
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        className={classes['open']}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={classes['name']}>
          <Status tone={entryTone(entry)}>
            <Sentence text={entryTitle(entry)} />
          </Status>
        </span>
        <span className={`${classes['order']} soft`}>{orderId}</span>
        <strong className={classes['amount']}>
          <Money amount={attempt?.amount} currency={attempt?.currency_code} />
        </strong>
        <Icon name={isOpen ? 'down' : 'right'} size={15} />
      </button>
      <div id={id}>
        {isOpen && (
          <>
            {attempt && <AttemptDetail attempt={attempt} />}
            <Explanation orderId={orderId} />
          </>
        )}
      </div>
    </>
  );
}

/** The facts of an entry besides its title. */
function Details({ entry }: { readonly entry: TimelineEntry }) {
  const { attempt, changes = [], mail, delivery } = entry;
  const actor = actorWords(entry.actor);
  const isCharge = entry.kind === 'rebill' && entry.order_id !== undefined;
  return (
    <>
      {actor && <p className={classes['detail']}>{actor}</p>}
      {attempt && !isCharge && <AttemptDetail attempt={attempt} />}
      {changes.length > 0 && <Changes changes={changes} />}
      {mail && <p className={classes['detail']}>{mailWords(mail)}</p>}
      {delivery?.delivered_dts && (
        <p className={classes['detail']}>
          <Moment at={delivery.delivered_dts} style="exact" isReal />
        </p>
      )}
    </>
  );
}

function AttemptDetail({ attempt }: { readonly attempt: NonNullable<TimelineEntry['attempt']> }) {
  const { gateway, reference, message, hard, next_dts, state, number = 1 } = attempt;
  const words = [
    state === 'paid' && number > 1 && `at attempt ${number}`,
    message,
    hard && 'The gateway says that another attempt would be declined as well.',
    gateway && `${gateway}${reference === undefined ? '' : ` ${reference}`}`,
  ].filter(Boolean);
  if (words.length === 0 && next_dts === undefined) return null;
  return (
    <p className={classes['detail']}>
      <Sentence text={words.join(' · ')} />
      {next_dts !== undefined && (
        <>
          {words.length > 0 && ' · '}next attempt <Moment at={next_dts} />
        </>
      )}
    </p>
  );
}

function Changes({ changes }: { readonly changes: NonNullable<TimelineEntry['changes']> }) {
  const shown = useShown();
  return (
    <ul className={classes['changes']}>
      {changes.map((change) => {
        const { name, before, after } = recordedWords(change, shown);
        return (
          <li key={change.field} title={change.field}>
            <span className="soft">{name}</span> {before !== undefined && <del>{before}</del>}{' '}
            {before !== undefined && '→ '}
            <ins>{after}</ins>
          </li>
        );
      })}
    </ul>
  );
}

const mailWords = ({ email, subject }: NonNullable<TimelineEntry['mail']>): string =>
  [subject, email && `to ${email}`].filter(Boolean).join(' · ');
