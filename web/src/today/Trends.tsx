import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../kit/loaded.tsx';
import { Panel } from '../kit/panel.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { useSession } from '../shell/session.tsx';
import { dailyStatisticsQuery } from './queries.ts';
import classes from './today.module.css';
import { isQuiet, linePoints, type Trend, trendDays, trendsOf } from './trends.ts';

/** The trends of the last days: a line each, and a number that leads to the rows behind it. */
export function Trends() {
  const days = useQuery(dailyStatisticsQuery);
  const { currency } = useSession().merchant;
  return (
    <Panel title={`Last ${trendDays} days`}>
      <Loaded result={days} what="what happened by day" rows={4}>
        {(read) => (
          <>
            {isQuiet(read) && (
              <p className="soft">
                Nothing has been counted yet. The lines start with the next rebill; imported records
                are not included.
              </p>
            )}
            <ul className={classes['trends']}>
              {trendsOf(read, currency).map((trend) => (
                <li key={trend.label}>
                  <TrendShown trend={trend} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const [width, height] = [120, 28];

function TrendShown({ trend }: { readonly trend: Trend }) {
  const { label, shown, words, values, to, search } = trend;
  return (
    <>
      <span className={classes['trendLabel']}>{label}</span>
      <Link
        to={to}
        search={routeSearch(search)}
        className={classes['figure']}
        aria-label={`${shown} ${label}, last ${trendDays} days`}
      >
        {shown}
      </Link>
      <svg
        className={classes['line']}
        viewBox={`0 -2 ${width} ${height + 4}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${words}`}
      >
        <polyline points={linePoints(values, width, height)} />
      </svg>
    </>
  );
}
