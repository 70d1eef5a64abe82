import type { PreviewLine, PreviewRebill } from '@perennial/contract/perennial.ts';
import { Sentence } from '../kit/sentence.tsx';
import { useSession } from '../shell/session.tsx';
import { dateSteps, priceSteps, type RuleStep, sumParts } from './lifeWords.ts';
import { useShown } from './useShown.ts';
import classes from './why.module.css';

/** Explains the amount of a charge: the rules of each line in order, with the value after each. */
export function Why({ charge }: { readonly charge: PreviewRebill }) {
  const shown = useShown();
  const { merchant } = useSession();
  const currency = charge.currency_code ?? merchant.currency;
  const lines = charge.lines ?? [];
  return (
    <div className={classes['why']}>
      {lines.map((line, index) => (
        // The lines of one rebill never change their order.
        <Line key={index} line={line} currency={currency} />
      ))}
      <dl className={classes['sum']}>
        {sumParts(charge).map(([name, amount]) => (
          <div key={name} data-total={name === 'Total' || undefined}>
            <dt>{name}</dt>
            <dd>{shown.money(amount, currency)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Line({ line, currency }: { readonly line: PreviewLine; readonly currency: string }) {
  const shown = useShown();
  const money = (amount: number) => shown.money(amount, currency);
  const { quantity = 1, unit_cost = 0, kind } = line;
  return (
    <section className={classes['line']}>
      <p className={classes['item']}>
        <strong>{line.description ?? line.merchant_item_id}</strong>
        {kind !== 'item' && <span className="soft"> ({kind})</span>}
        <span className={classes['cost']}>
          {quantity !== 1 && (
            <span className="soft">
              {quantity} × {money(unit_cost)} ={' '}
            </span>
          )}
          {money(line.total_cost ?? 0)}
        </span>
      </p>
      <Rules title="Why this price" steps={priceSteps(line, money)} />
      <Rules title="Why this date" steps={dateSteps(line, shown.day)} />
    </section>
  );
}

function Rules({ title, steps }: { readonly title: string; readonly steps: readonly RuleStep[] }) {
  if (steps.length === 0) return null;
  return (
    <div className={classes['rules']}>
      <h3>{title}</h3>
      <ol>
        {steps.map(({ words, value }, index) => (
          // Rules have no ids, so their positions are the keys.
          <li key={index}>
            <span>
              <Sentence text={words} />
            </span>
            {value !== undefined && <span className={classes['value']}>{value}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
