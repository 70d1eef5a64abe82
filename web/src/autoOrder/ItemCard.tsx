import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../kit/momentShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { Status } from '../kit/status.tsx';
import { useCan } from '../shell/session.tsx';
import { futureCount, previewQuery, stepsQuery } from './queries.ts';
import classes from './side.module.css';
import { overrides, presentStep, stepWords } from './sideWords.ts';
import { useShown } from './useShown.ts';

interface ItemProps {
  /** The currency of the auto order. */
  readonly code: string;
  readonly oid: number | undefined;
  readonly item: AutoOrderItem;
}

/** One item of an auto order: product, frequency, manual changes and progress. */
export function ItemCard({
  code,
  oid,
  item,
  currency,
  isEnded,
}: ItemProps & {
  readonly currency: string | undefined;
  /** Nothing ships any more; the record still contains its last date. */
  readonly isEnded: boolean;
}) {
  const shown = useShown();
  const quantity = item.arbitrary_quantity ?? item.original_quantity ?? 1;
  const set = overrides(item, (amount) => shown.money(amount, currency));
  const { options = [], add_ons: addOns = [], properties = [] } = item;
  return (
    <div className={classes['item']}>
      <div className={classes['itemHead']}>
        <strong>
          {quantity !== 1 && `${quantity} × `}
          {item.next_item_id ?? item.original_item_id}
        </strong>
        {item.paused && <Status tone="note">Paused</Status>}
      </div>
      <p className={classes['small']}>
        {item.frequency ?? item.simple_schedule?.frequency ?? 'By its steps'}
        <NextDay at={isEnded ? undefined : item.next_shipment_dts} />
      </p>
      <p className={`${classes['small']} soft`}>
        {item.number_of_rebills ?? 0} rebills, worth {shown.money(item.rebill_value ?? 0, currency)}
      </p>
      {set.map((words) => (
        <p key={words} className={classes['small']}>
          {words}
        </p>
      ))}
      {[
        ...options.map(({ label, value }) => `${label}: ${value}`),
        ...properties.map(({ name, value }) => `${name}: ${value}`),
      ].map((words) => (
        <p key={words} className={`${classes['small']} soft`}>
          {words}
        </p>
      ))}
      {addOns.map(({ item_id, quantity: count = 1, next_x_orders }) => (
        <p key={item_id} className={classes['small']}>
          + {count} × {item_id}
          {next_x_orders !== undefined && `, ${next_x_orders} more times`}
        </p>
      ))}
      <Steps code={code} oid={oid} item={item} />
    </div>
  );
}

function NextDay({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return null;
  return (
    <>
      , next <Moment at={at} style="day" />
    </>
  );
}

/** The fixed schedule of the catalogue item, with the current step marked. */
function Steps({ code, oid, item }: ItemProps) {
  const canRead = useCan(['item_read']);
  const { data: steps = [] } = useQuery({
    ...stepsQuery(item.original_item_id ?? ''),
    enabled: canRead && item.frequency === undefined,
  });
  const { data: next } = useQuery({
    ...previewQuery(code, oid, futureCount),
    enabled: steps.length > 0 && oid !== undefined,
  });
  if (steps.length === 0) return null;
  const present = presentStep(steps, next?.rebills ?? [], item.auto_order_item_oid);
  return (
    <ol className={classes['steps']}>
      {steps.map((step, index) => (
        // The steps have no ids, so their positions are the keys.
        <li key={index} aria-current={index === present ? 'step' : undefined}>
          <Sentence text={stepWords(step)} />
          {index === present && ' (ships next)'}
        </li>
      ))}
    </ol>
  );
}
