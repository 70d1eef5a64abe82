import type { ClockDue, ClockDueRebill } from '@perennial/contract/clock.ts';
import { Link } from '@tanstack/react-router';
import type { Refused } from '../api/refused.ts';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { Money } from '../kit/moneyShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { NotShown, Waiting } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import type { Tone } from '../kit/tone.ts';
import { paths } from '../paths.ts';
import { useSession } from '../shell/session.tsx';
import { amountWords, dueWords, previewedWords } from './clock.ts';
import classes from './clockSheet.module.css';
import { closeClockSheet } from './sheet.ts';

/**
 * The effect of an advance, in words and as the first rebills; or the reason why the moment is
 * refused.
 */
export function Due({
  due,
  isOld,
  refused,
}: {
  readonly due: ClockDue | undefined;
  /** The figures of an earlier choice are shown while the new ones are counted. */
  readonly isOld: boolean;
  readonly refused: Refused | null;
}) {
  if (refused && !isOld) {
    return refused.status === 400 ? <Refusal error={refused} /> : <NotShown refused={refused} />;
  }
  if (!due) return <Waiting what="what is due" rows={3} />;
  return (
    <section className={classes['due']} aria-label="What is due" data-old={isOld || undefined}>
      <Figures due={due} />
      <Rebills rebills={due.rebills ?? []} />
    </section>
  );
}

function Figures({ due }: { readonly due: ClockDue }) {
  const { merchant } = useSession();
  const { rebill_count: rebills = 0, expected_declines: declines = 0 } = due;
  const part = previewedWords(due);
  return (
    <div role="status">
      <p className={classes['until']}>
        {dueWords(due.due ?? [])} until <Moment at={due.until_dts} />
      </p>
      <dl className={classes['figures']}>
        <div>
          <dt>Rebills</dt>
          <dd>{formatCount(rebills)}</dd>
        </div>
        <div>
          <dt>They would cost</dt>
          <dd>{amountWords(due.totals ?? [], merchant.currency)}</dd>
        </div>
        <div>
          <dt>Declines expected</dt>
          <dd>{formatCount(declines)}</dd>
        </div>
      </dl>
      {part && <p className="soft">{part}</p>}
    </div>
  );
}

const rowsMax = 20;

function Rebills({ rebills }: { readonly rebills: readonly ClockDueRebill[] }) {
  if (rebills.length === 0) return null;
  return (
    // A scrollable region is focusable, so that the keyboard reaches its end.
    <div className={classes['scroll']} tabIndex={0} role="region" aria-label="The first rebills">
      <table className={classes['table']} data-words>
        <thead>
          <tr>
            <th scope="col">Due</th>
            <th scope="col">Auto order</th>
            <th scope="col" data-number>
              Rebill
            </th>
            <th scope="col" data-number>
              Total
            </th>
            <th scope="col">By its test card</th>
          </tr>
        </thead>
        <tbody>
          {rebills.slice(0, rowsMax).map((rebill) => (
            <tr key={`${rebill.auto_order_oid} ${rebill.rebill_number}`}>
              <td>
                <Moment at={rebill.due_dts} />
              </td>
              <td>
                <Link
                  to={paths.autoOrder}
                  params={{ code: rebill.auto_order_code ?? '' }}
                  onClick={closeClockSheet}
                >
                  <code>{rebill.auto_order_code}</code>
                </Link>
              </td>
              <td data-number>{rebill.rebill_number}</td>
              <td data-number>
                <Money amount={rebill.total} currency={rebill.currency_code} />
              </td>
              <td>
                <Status tone={toneOf[rebill.expected ?? 'open']}>
                  {rebill.expected ?? 'depends on the retries'}
                </Status>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const toneOf: Record<NonNullable<ClockDueRebill['expected']> | 'open', Tone> = {
  paid: 'good',
  declined: 'bad',
  'no answer': 'warn',
  open: 'quiet',
};
