import type { PricingEstimate, PricingEstimateMethod } from '@perennial/contract/pricing.ts';
import type { ReactNode } from 'react';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';

type Shown = (amount: number | undefined) => ReactNode;

/** The cost of a cart with the rules behind it, for each shipping method. */
export function EstimateResult({ estimate }: { readonly estimate: PricingEstimate }) {
  const { refusals = [], warnings = [], tax_rules: tax = [], shipping_rules: ship = [] } = estimate;
  const money: Shown = (amount = 0) => <Money amount={amount} currency={estimate.currency_code} />;
  return (
    <>
      {refusals.map((words) => (
        <p key={words}>
          <Status tone="bad">Refused</Status> <Sentence text={words} />
        </p>
      ))}
      {warnings.map((words) => (
        <p key={words}>
          <Status tone="warn">Warning</Status> <Sentence text={words} />
        </p>
      ))}
      <Costs estimate={estimate} money={money} />
      <Rules title="Why this shipping" rules={ship.map(({ detail, rule }) => detail ?? rule)} />
      <Rules title="Why this tax" rules={tax.map(({ detail, rule }) => detail ?? rule)} />
      <Methods methods={estimate.shipping_methods ?? []} money={money} />
    </>
  );
}

function Costs({ estimate, money }: { readonly estimate: PricingEstimate; readonly money: Shown }) {
  const { shipping_discount: off = 0 } = estimate;
  return (
    <SmallTable
      what="What it costs"
      columns={[
        { label: 'Item' },
        { label: 'Quantity', isNumber: true },
        { label: 'Price', isNumber: true },
        { label: 'Coupons', isNumber: true },
        { label: 'Total', isNumber: true },
      ]}
      rows={(estimate.lines ?? []).map((line, index) => ({
        key: String(index),
        cells: [
          line.merchant_item_id,
          line.quantity,
          money(line.unit_cost),
          line.discount ? money(-line.discount) : '–',
          money(line.total),
        ],
      }))}
      foot={[
        ['Shipping', money(estimate.shipping)],
        ...(off === 0 ? [] : [['Coupons for shipping', money(-off)] as const]),
        ['Tax', money(estimate.tax)],
        ['Total', money(estimate.total)],
      ]}
    />
  );
}

function Methods({
  methods,
  money,
}: {
  readonly methods: readonly PricingEstimateMethod[];
  readonly money: Shown;
}) {
  if (methods.length === 0) return null;
  return (
    <>
      <h3>With each shipping method</h3>
      <SmallTable
        what="With each shipping method"
        columns={[
          { label: 'Method' },
          { label: 'Shipping', isNumber: true },
          { label: 'Tax', isNumber: true },
          { label: 'Total', isNumber: true },
        ]}
        rows={methods.map((method) => ({
          key: method.shipping_method ?? '',
          cells: [
            method.shipping_method,
            money((method.shipping ?? 0) - (method.shipping_discount ?? 0)),
            money(method.tax),
            money(method.total),
          ],
        }))}
      />
    </>
  );
}

function Rules({
  title,
  rules,
}: {
  readonly title: string;
  readonly rules: readonly (string | undefined)[];
}) {
  if (rules.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ol>
        {rules.map((words, index) => (
          // The rules never change their order.
          <li key={index}>
            <Sentence text={words} />
          </li>
        ))}
      </ol>
    </>
  );
}
