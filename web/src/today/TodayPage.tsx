import type { Overview } from '@perennial/contract/screens.ts';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { StoppedNote } from '../health/Charges.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { Contained } from '../kit/states.tsx';
import { useCan, useSession } from '../shell/session.tsx';
import { Advancing } from './Advancing.tsx';
import { Concerns } from './Concerns.tsx';
import { Due } from './Due.tsx';
import { FigureLink } from './FigureLink.tsx';
import { dueFigures, type Figure, stateFigures } from './figures.ts';
import { MyTasks } from './MyTasks.tsx';
import { keepTodayLive, overviewQuery } from './queries.ts';
import { StartStrip } from './StartStrip.tsx';
import { Trends } from './Trends.tsx';
import classes from './today.module.css';

/** `/`: the work that needs the person today. Each number leads to the rows that it counts. */
export function TodayPage() {
  const overview = useQuery(overviewQuery);
  const seesTasks = useCan(['workflow_read']);
  const seesAutoOrders = useCan(['auto_order_read']);
  useEffect(keepTodayLive, []);
  return (
    <Page title="Today">
      <StoppedNote />
      <StartStrip />
      <Advancing />
      <div className={classes['today']}>
        {seesTasks && (
          <div className={classes['column']}>
            <Contained>
              <MyTasks overview={overview.data} />
            </Contained>
          </div>
        )}
        <div className={classes['column']}>
          {overview.data ? (
            <Contained>
              <Business overview={overview.data} />
            </Contained>
          ) : (
            <div className="panel">
              <Loaded result={overview} what="what needs attention" rows={6}>
                {() => null}
              </Loaded>
            </div>
          )}
          {seesAutoOrders && <Trends />}
        </div>
      </div>
    </Page>
  );
}

/** Shipments, failures, and the number of auto orders. Hides parts without permission. */
function Business({ overview }: { readonly overview: Overview }) {
  const { merchant } = useSession();
  const due = dueFigures(overview, merchant.zone);
  const states = stateFigures(overview);
  return (
    <>
      {due && (
        <Panel
          title="Due"
          actions={
            overview.next_due_dts && (
              <span className="soft">
                Next: <Moment at={overview.next_due_dts} />
              </span>
            )
          }
        >
          <Due figures={due} />
        </Panel>
      )}
      <Concerns overview={overview} />
      {states.length > 0 && <States figures={states} />}
    </>
  );
}

function States({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <Panel title="Auto orders">
      {figures.every(({ count }) => count === 0) && (
        <p className="soft">
          No auto orders yet. They are made by orders with an item that recurs. See{' '}
          <a href="/docs/order#insertOrder">how to insert an order</a>.
        </p>
      )}
      <ul className={classes['states']}>
        {figures.map((figure) => (
          <li key={figure.label}>
            <FigureLink figure={figure} />
            <span>{figure.label}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
