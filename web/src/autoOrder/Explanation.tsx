import { useQuery } from '@tanstack/react-query';
import { Sentence } from '../kit/sentence.tsx';
import { NotShown, Waiting } from '../kit/states.tsx';
import classes from './life.module.css';
import { explanationQuery } from './queries.ts';
import { Why } from './Why.tsx';

/** Explains the amount of a past charge. */
export function Explanation({ orderId }: { readonly orderId: string }) {
  const { data, error, refetch } = useQuery(explanationQuery(orderId));
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="the rules of this charge" rows={2} />;
  return (
    <>
      {data.plan_note !== undefined && (
        <p className={classes['detail']}>
          <Sentence text={data.plan_note} />
        </p>
      )}
      <Why charge={data} />
      {data.differences?.map((words) => (
        <p key={words} className={classes['detail']}>
          <Sentence text={words} />
        </p>
      ))}
    </>
  );
}
