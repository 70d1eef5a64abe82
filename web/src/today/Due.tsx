import type { Overview } from '@perennial/contract/screens.ts';
import { formatCount } from '../kit/money.ts';
import { Money } from '../kit/moneyShown.tsx';
import { FigureLink } from './FigureLink.tsx';
import type { Figure } from './figures.ts';
import classes from './today.module.css';

/** The shipments of today and tomorrow: rebills, amounts, units. */
export function Due({
  figures,
}: {
  readonly figures: readonly (Figure & { readonly due: NonNullable<Overview['due_today']> })[];
}) {
  return (
    <div className={classes['due']}>
      {figures.map(({ due: { total, units }, ...figure }) => (
        <section key={figure.label} aria-label={figure.label}>
          <h3>{figure.label}</h3>
          <p className={classes['big']}>
            <FigureLink
              figure={{ ...figure, label: `rebills due ${figure.label.toLowerCase()}` }}
            />{' '}
            <span>{figure.count === 1 ? 'rebill' : 'rebills'}</span>
          </p>
          <p className="soft">
            {total === undefined && figure.count > 0 && units === undefined
              ? 'too many to add up here'
              : null}
            {total !== undefined && (
              <>
                <Money amount={total} /> ·{' '}
              </>
            )}
            {units !== undefined && unitWords(units)}
          </p>
        </section>
      ))}
    </div>
  );
}

const unitWords = (units: number): string =>
  `${formatCount(units)} ${units === 1 ? 'unit' : 'units'}`;
