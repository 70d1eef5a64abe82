import type { WorkflowTaskHistory } from '@perennial/contract/workflow.ts';
import { Moment } from '../kit/momentShown.tsx';
import classes from './tasks.module.css';

/** The history of a task, newest entry first: person, time, source. */
export function History({ histories }: { readonly histories: readonly WorkflowTaskHistory[] }) {
  return (
    <details className={classes['block']}>
      <summary>
        <h3>History ({histories.length})</h3>
      </summary>
      <ol className={classes['history']}>
        {histories.toReversed().map(({ activity_dts, description, user, ip_address }, index) => (
          <li key={index}>
            <p className={classes['by']}>
              <strong>{user?.user ?? 'Perennial'}</strong> <Moment at={activity_dts} />
              {ip_address && ` from ${ip_address}`}
            </p>
            <p className={classes['text']}>{description}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}
