import type { ChargeAttempt } from '@perennial/contract/timeline.ts';
import { sentenceCase } from '../kit/filters.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import type { Tone } from '../kit/tone.ts';

/** The attempts to charge a rebill, the oldest first. */
export function Attempts({ attempts }: { readonly attempts: readonly ChargeAttempt[] }) {
  if (attempts.length === 0) return null;
  return (
    <SmallTable
      what="Attempts to charge"
      columns={[
        { label: 'Attempt' },
        { label: 'At' },
        { label: 'Outcome' },
        { label: 'Gateway' },
        { label: 'Amount', isNumber: true },
      ]}
      rows={attempts.map((attempt) => ({
        key: String(attempt.number),
        cells: [
          attempt.number,
          <Moment at={attempt.at_dts} />,
          <Outcome attempt={attempt} />,
          attempt.gateway ?? '–',
          <Money amount={attempt.amount} currency={attempt.currency_code} />,
        ],
      }))}
    />
  );
}

function Outcome({ attempt }: { readonly attempt: ChargeAttempt }) {
  const { state = 'under way', reason, message, hard, next_dts: next } = attempt;
  return (
    <>
      <Status tone={tones[state]}>{sentenceCase(state)}</Status>
      {reason && (
        <div className="soft">
          <Sentence text={message && message !== reason ? `${reason}: ${message}` : reason} />
          {hard ? ' (another attempt would be declined as well)' : ''}
        </div>
      )}
      {next && (
        <div className="soft">
          Tried again <Moment at={next} />
        </div>
      )}
    </>
  );
}

const tones: Record<NonNullable<ChargeAttempt['state']>, Tone> = {
  paid: 'good',
  declined: 'bad',
  'under way': 'note',
  'in doubt': 'warn',
};
