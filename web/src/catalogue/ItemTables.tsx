import type { Item, ItemAutoOrder, ItemAutoOrderStep } from '@perennial/contract/item.ts';
import type { ItemKitComponent, ItemOption } from '@perennial/contract/itemOptions.ts';
import type { ItemPricingTier } from '@perennial/contract/itemPricing.ts';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import classes from './catalogue.module.css';
import { pricesByRetry, pricesBySignUp, repeatWords, type StepPrice, stepWords } from './words.ts';

/** The schedule of an item: the frequencies that customers choose from, or its steps. */
export function Recurs({ autoOrder }: { readonly autoOrder: ItemAutoOrder | undefined }) {
  const {
    auto_orderable: isIt,
    auto_order_schedules: schedules = [],
    steps = [],
  } = autoOrder ?? {};
  if (!isIt) return <p className="soft">It is sold once.</p>;
  return (
    <>
      {autoOrder?.auto_order_paused && (
        <p>Paused: its auto orders are postponed from day to day.</p>
      )}
      {schedules.length > 0 && <p>Customers choose: {schedules.join(', ')}.</p>}
      {steps.length > 0 && <StepStrip steps={steps} />}
      {steps.length > 0 && (
        <SmallTable
          what="Steps"
          columns={[
            { label: 'Step' },
            { label: 'What happens' },
            { label: 'Repeated' },
            { label: 'Price', isNumber: true },
          ]}
          rows={steps.map((step, index) => ({
            key: String(index),
            cells: [
              index + 1,
              <Sentence text={stepWords(step)} />,
              repeatWords(step),
              <Money amount={step.arbitrary_unit_cost} />,
            ],
          }))}
        />
      )}
      <StepPrices
        what="Prices by sign-up"
        column="Signed up on this day or before"
        prices={pricesBySignUp(steps)}
      />
      <StepPrices
        what="Prices by retry"
        column="From this day of retrying on"
        prices={pricesByRetry(steps)}
      />
    </>
  );
}

/** The prices of steps that depend on something; nothing without one. */
function StepPrices({
  what,
  column,
  prices,
}: {
  readonly what: string;
  readonly column: string;
  readonly prices: readonly StepPrice[];
}) {
  if (prices.length === 0) return null;
  return (
    <>
      <h3>{what}</h3>
      <SmallTable
        what={what}
        columns={[{ label: 'Step' }, { label: column }, { label: 'Price', isNumber: true }]}
        rows={prices.map(({ step, when, cost }) => ({
          key: `${step} ${when}`,
          cells: [step, <Sentence text={when} />, <Money amount={cost} />],
        }))}
      />
    </>
  );
}

/** The steps as a row of boxes. The table below has the same facts in words. */
function StepStrip({ steps }: { readonly steps: readonly ItemAutoOrderStep[] }) {
  return (
    <ol className={classes['strip']} aria-hidden="true">
      {steps.map((step, index) => (
        // The steps have no ids, so their positions are the keys.
        <li key={index} data-kind={step.type ?? 'item'}>
          <span>
            <Sentence text={stepWords(step)} />
          </span>
          {repeatWords(step) !== '–' && <small>{repeatWords(step)}</small>}
        </li>
      ))}
    </ol>
  );
}

/** The options that customers choose, and the amount that each choice adds to the price. */
export function Options({ options }: { readonly options: readonly ItemOption[] }) {
  return (
    <SmallTable
      what="Options"
      columns={[
        { label: 'Option' },
        { label: 'Choice' },
        { label: 'Charged' },
        { label: 'Adds', isNumber: true },
      ]}
      rows={options.flatMap(({ label, name, one_time_fee: once, values = [] }, option) =>
        values.map(({ value, cost_change: adds }, index) => ({
          key: `${option} ${index}`,
          cells: [
            label || name,
            value,
            once ? 'Once' : 'On every rebill',
            <Money amount={adds ?? 0} />,
          ],
        })),
      )}
    />
  );
}

/** The items of a kit. */
export function Kit({ components }: { readonly components: readonly ItemKitComponent[] }) {
  if (components.length === 0) return <p className="soft">It is not a kit.</p>;
  return (
    <SmallTable
      what="Components"
      columns={[{ label: 'Item' }, { label: 'Description' }, { label: 'Quantity', isNumber: true }]}
      rows={components.map((each) => ({
        key: each.component_merchant_item_id ?? '',
        cells: [each.component_merchant_item_id, each.component_description, each.quantity ?? 1],
      }))}
    />
  );
}

/** The stock of an item at each distribution center. */
export function StockOfItem({ shipping }: { readonly shipping: NonNullable<Item['shipping']> }) {
  return (
    <SmallTable
      what="Stock"
      columns={[
        { label: 'Center' },
        { label: 'In stock', isNumber: true },
        { label: 'Available', isNumber: true },
        { label: 'Low at', isNumber: true },
      ]}
      rows={(shipping.distribution_centers ?? []).map((center) => ({
        key: center.distribution_center_code ?? '',
        cells: [
          center.distribution_center_code,
          center.inventory_level ?? 0,
          center.available_to_allocate ?? center.inventory_level ?? 0,
          center.reorder_inventory_level ?? '–',
        ],
      }))}
    />
  );
}

/** The prices for the customers of each pricing tier. */
export function Tiers({ tiers }: { readonly tiers: readonly ItemPricingTier[] }) {
  return (
    <SmallTable
      what="Prices of tiers"
      columns={[
        { label: 'Tier' },
        { label: 'From this quantity on', isNumber: true },
        { label: 'Price', isNumber: true },
      ]}
      rows={tiers.flatMap(({ name, discounts = [] }) =>
        discounts.map(({ cost, quantity = 1 }) => ({
          key: `${name} ${quantity}`,
          cells: [name, quantity, <Money amount={cost} />],
        })),
      )}
    />
  );
}
