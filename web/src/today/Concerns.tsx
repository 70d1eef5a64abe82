import type { Overview } from '@perennial/contract/screens.ts';
import { Fragment } from 'react';
import { Panel } from '../kit/panel.tsx';
import { Status } from '../kit/status.tsx';
import { FigureLink } from './FigureLink.tsx';
import { type Concern, concerns } from './figures.ts';
import classes from './today.module.css';

/** The figures that may need attention. Zeros are shown without emphasis. */
export function Concerns({ overview }: { readonly overview: Overview }) {
  const shown = concerns(overview);
  if (shown.length === 0) return null;
  return (
    <Panel title={shown.some(({ count }) => count > 0) ? 'Needs attention' : 'All is well'}>
      <ul className={classes['concerns']}>
        {shown.map((concern) => (
          <ConcernRow key={concern.label} concern={concern} />
        ))}
      </ul>
    </Panel>
  );
}

function ConcernRow({ concern }: { readonly concern: Concern }) {
  const { label, count, tone, words, parts = [] } = concern;
  return (
    <li>
      <FigureLink figure={concern} />
      <span>
        <Status tone={count === 0 ? 'quiet' : tone}>{label}</Status>
        <span className="soft">
          {' · '}
          {words}
          {count > 0 &&
            parts.map((part, index) => (
              <Fragment key={part.label}>
                {index === 0 ? ': ' : ', '}
                <FigureLink figure={{ ...part, label: `declined and ${part.label}` }} />{' '}
                {part.label}
              </Fragment>
            ))}
        </span>
      </span>
    </li>
  );
}
