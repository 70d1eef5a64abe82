import { CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { chooseMove } from '../clock/sheet.ts';
import { Icon } from '../kit/icons.tsx';
import { useStore } from '../kit/store.ts';
import { paths } from '../paths.ts';
import { preferences } from '../shell/preferences.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { demoMerchantQuery, raisedTasksQuery, recentAdvancesQuery } from './queries.ts';
import { type StartState, type StartStep, startSteps } from './start.ts';
import classes from './today.module.css';

const none: StartState = {};

const remember = (change: StartState): void =>
  preferences.update((before) => ({ ...before, start: { ...before.start, ...change } }));

/** Three things to try, for a person who opens the demo for the first time. */
export function StartStrip() {
  const { merchant, user } = useSession();
  const { data: demoMerchant } = useQuery(demoMerchantQuery);
  const state = useStore(preferences, ({ start }) => start ?? none);
  const isShown = demoMerchant === merchant.id && !state.isHidden;
  const canMove = useCan(['configuration_write']) && merchant.isTest;
  const canWork = useCan(['workflow_write']);
  const advances = useQuery({ ...recentAdvancesQuery, enabled: isShown && canMove });
  const tasks = useQuery({ ...raisedTasksQuery, enabled: isShown && canWork });
  if (!isShown) return null;
  const steps = startSteps({ advances: advances.data, tasks: tasks.data }, state, user.id);
  if (steps.length === 0) return null;
  return (
    <section className={`panel ${classes['start']}`} aria-labelledby="start">
      <div className={classes['startHead']}>
        <h2 id="start">
          {steps.every(({ isDone }) => isDone) ? 'You have seen the main parts' : 'Try this first'}
        </h2>
        <CloseButton
          aria-label="Hide the things to try"
          onClick={() => remember({ isHidden: true })}
        />
      </div>
      <ol>
        {steps.map((step, index) => (
          <li key={step.what} data-done={step.isDone || undefined}>
            <span className={classes['mark']} aria-hidden="true">
              {step.isDone ? <Icon name="check" size={14} /> : index + 1}
            </span>
            <Lead step={step} />
            {step.isDone && <span className="visually-hidden">, done</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The link to the page of a step. */
function Lead({ step: { what, words, code, task } }: { readonly step: StartStep }) {
  if (what === 'advance')
    return (
      <button type="button" className={classes['lead']} onClick={() => chooseMove('1mo')}>
        {words}
      </button>
    );
  if (what === 'card' && code !== undefined)
    return (
      <Link
        to={paths.autoOrder}
        params={{ code }}
        className={classes['lead']}
        onClick={() => remember(task === undefined ? {} : { task })}
      >
        {words}
      </Link>
    );
  if (what === 'task' && task !== undefined)
    return (
      <Link to={paths.task} params={{ number: String(task) }} className={classes['lead']}>
        {words}
      </Link>
    );
  return <span>{words}</span>;
}
