import { Button } from '@mantine/core';
import type {
  ClockAdvance,
  ClockAdvanceDay,
  ClockSkippedMails,
} from '@perennial/contract/clock.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sentenceCase } from '../kit/filters.ts';
import { formatCount } from '../kit/money.ts';
import { routeSearch } from '../kit/routeSearch.ts';
import { NotShown, Waiting } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { Books } from './Books.tsx';
import { CopyLines } from './CopyLines.tsx';
import { amountWords, curlLines } from './clock.ts';
import classes from './clockSheet.module.css';
import { EventLog } from './EventLog.tsx';
import type { LogLine } from './eventPace.ts';
import { daysQuery, skippedMailsQuery } from './queries.ts';
import { chooseMove, closeClockSheet } from './sheet.ts';

/**
 * The results of an advance by day, the skipped mails with the reasons, and the audit of the books.
 */
export function Happened({
  advance,
  log,
}: {
  readonly advance: ClockAdvance;
  readonly log: readonly LogLine[];
}) {
  const id = advance.advance_id ?? '';
  return (
    <>
      <section aria-labelledby="happened">
        <h3 id="happened" className={classes['heading']}>
          What happened
        </h3>
        <Days advanceId={id} />
      </section>
      <section aria-labelledby="not-happened">
        <h3 id="not-happened" className={classes['heading']}>
          What did not happen
        </h3>
        <NotSent advanceId={id} />
        {(advance.decline_count ?? 0) > 0 && (
          <p>
            Declined charges are tried again by the merchant’s schedule.{' '}
            <Link to={paths.autoOrders} search={{ state: ['retrying'] }} onClick={closeClockSheet}>
              The auto orders that wait for a retry
            </Link>
          </p>
        )}
      </section>
      <Books />
      <EventLog log={log} />
      <CopyLines lines={curlLines(location.origin, advance)} />
      <div className={classes['buttons']}>
        <Button variant="default" onClick={() => chooseMove()}>
          Advance again
        </Button>
        <Button onClick={closeClockSheet}>Close</Button>
      </div>
    </>
  );
}

function Days({ advanceId }: { readonly advanceId: string }) {
  const { data: days, error, refetch } = useQuery(daysQuery(advanceId));
  if (error) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!days) return <Waiting what="the days" rows={4} />;
  if (days.length === 0) return <p>Nothing was due: no rebill, no notice.</p>;
  return (
    <div
      className={classes['scroll']}
      tabIndex={0}
      role="region"
      aria-label="What happened, by day"
    >
      <table className={classes['table']}>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Paid</th>
            <th scope="col">Declined</th>
            <th scope="col">Notices</th>
            <th scope="col">Money</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <DayRow key={day.day} day={day} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DayRow({ day }: { readonly day: ClockAdvanceDay }) {
  const { merchant } = useSession();
  const { day: date = '', paid = 0, declined = 0, notices = 0, totals = [] } = day;
  return (
    <tr>
      <th scope="row">
        <DayLink day={date} isLinked={paid > 0} />
      </th>
      <td data-number>{formatCount(paid)}</td>
      <td data-number>{formatCount(declined)}</td>
      <td data-number>{formatCount(notices)}</td>
      <td data-number>{amountWords(totals, merchant.currency)}</td>
    </tr>
  );
}

/** A day, as a link to the rebills that became orders on it. */
function DayLink({ day, isLinked }: { readonly day: string; readonly isLinked: boolean }) {
  const canRead = useCan(['order_read']);
  if (!isLinked || !canRead) return dayWords(day);
  const rebills = { kind: ['rebill'], created: `${day}..${day}` };
  return (
    <Link to={paths.orders} search={routeSearch(rebills)} onClick={closeClockSheet}>
      {dayWords(day)}
    </Link>
  );
}

/** `2026-12-05` → `Sat 5 Dec 2026`. The day is the merchant's already, so no zone is applied. */
const dayWords = (day: string): string =>
  new Date(`${day}T12:00:00Z`)
    .toLocaleDateString('en-GB', {
      timeZone: 'UTC',
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
    })
    .replace(',', '');

function NotSent({ advanceId }: { readonly advanceId: string }) {
  const { data: skipped, error, refetch } = useQuery(skippedMailsQuery(advanceId));
  if (error) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!skipped) return <Waiting what="the mails that were not sent" rows={1} />;
  if (skipped.length === 0) return <p>No mail was left out.</p>;
  return (
    <ul className={classes['skipped']}>
      {skipped.map((mails) => (
        <li key={`${mails.kind} ${mails.reason}`}>{skippedWords(mails)}</li>
      ))}
    </ul>
  );
}

function skippedWords({ kind = '', reason, count = 0 }: ClockSkippedMails): string {
  const mails = `${formatCount(count)} ${count === 1 ? 'mail' : 'mails'}`;
  return `${sentenceCase(kind)}: ${mails} not sent. ${reason}`;
}
