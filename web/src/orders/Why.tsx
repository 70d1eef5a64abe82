import type { PreviewLine, PreviewRule } from '@perennial/contract/perennial.ts';
import type { ChargeExplanation } from '@perennial/contract/timeline.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import classes from './why.module.css';

/** The rules behind each price and date of a past charge, with the value after each. */
export function Why({ explanation }: { readonly explanation: ChargeExplanation }) {
  const { lines = [], differences = [], plan, plan_note: note, currency_code } = explanation;
  const ruled = lines.filter(
    ({ price_rules = [], date_rules = [] }) => price_rules.length + date_rules.length > 0,
  );
  return (
    <div className={classes['why']}>
      {plan === 'not kept' && (
        <p className="soft">
          <Sentence text={note} />
        </p>
      )}
      {ruled.map((line, index) => (
        <Line key={`${line.merchant_item_id} ${index}`} line={line} currency={currency_code} />
      ))}
      {differences.length > 0 && (
        <>
          <h3>What differed from the preview</h3>
          <ul>
            {differences.map((difference) => (
              <li key={difference}>{difference}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Line({
  line,
  currency,
}: {
  readonly line: PreviewLine;
  readonly currency: string | undefined;
}) {
  const { quantity = 1, unit_cost: unit, total_cost: total } = line;
  return (
    <section>
      <h3>
        <code>{line.merchant_item_id}</code> {line.description}
      </h3>
      <Rules what="Price" rules={line.price_rules ?? []} currency={currency} />
      <p className={classes['sum']}>
        {quantity} × <Money amount={unit} currency={currency} /> ={' '}
        <strong>
          <Money amount={total} currency={currency} />
        </strong>
      </p>
      <Rules what="Date" rules={line.date_rules ?? []} currency={currency} />
    </section>
  );
}

function Rules({
  what,
  rules,
  currency,
}: {
  readonly what: string;
  readonly rules: readonly PreviewRule[];
  readonly currency: string | undefined;
}) {
  if (rules.length === 0) return null;
  return (
    <ol aria-label={what} className={classes['rules']}>
      {rules.map(({ rule, detail, unit_cost: cost, shipment_dts: date }, index) => (
        // The rules never change their order.
        <li key={index}>
          <span>
            <b>{rule}</b> {detail}
          </span>
          <span className={classes['value']}>
            {cost !== undefined && <Money amount={cost} currency={currency} />}
            {date !== undefined && <Moment at={date} style="day" />}
          </span>
        </li>
      ))}
    </ol>
  );
}
