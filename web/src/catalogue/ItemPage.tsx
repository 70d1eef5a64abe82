import { Button } from '@mantine/core';
import type { Item } from '@perennial/contract/item.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { Adjustments } from '../stock/Adjustments.tsx';
import { Affected } from './Affected.tsx';
import type { ItemPart } from './forms.ts';
import { ItemState } from './ItemPeek.tsx';
import { Kit, Options, Recurs, StockOfItem, Tiers } from './ItemTables.tsx';
import { itemQuery } from './queries.ts';

/** `/catalogue/:oid`: one item with its price, its schedule and its components. */
export function ItemPage() {
  const { oid } = useParams({ from: '/inside/catalogue/$oid' });
  const result = useQuery(itemQuery(oid));
  const navigate = useNavigate();
  const open = (part: ItemPart | 'delete') => () =>
    void navigate({ to: paths.itemEdit, params: { oid, part } });
  const { merchant_item_id: id = oid, options = [] } = result.data?.item ?? {};
  useCommands({
    'item.price': open('price'),
    'item.schedule': open('schedule'),
    'item.kit': open('kit'),
    'item.options': options.length > 0 ? open('options') : undefined,
    'item.delete': open('delete'),
  });
  return (
    <Page title={`Item ${id}`} actions={result.data && <DeleteLink oid={oid} />}>
      <Loaded result={result} what="the item" rows={10}>
        {({ item }) => <Known oid={oid} item={item} />}
      </Loaded>
      <Outlet />
    </Page>
  );
}

interface ItemProps {
  readonly oid: string;
  readonly item: Item;
}

function Known({ oid, item }: ItemProps) {
  const change = (part: ItemPart) => <ChangeLink oid={oid} part={part} />;
  const { options = [], pricing, shipping, kit_definition: kit } = item;
  return (
    <Beside side={<Side oid={oid} item={item} />}>
      <Panel title="How it recurs" actions={change('schedule')}>
        <Recurs autoOrder={item.auto_order} />
      </Panel>
      <Affected itemId={item.merchant_item_id ?? ''} />
      {options.length > 0 && (
        <Panel title="Options" actions={change('options')}>
          <Options options={options} />
        </Panel>
      )}
      <Panel title="Kit" actions={change('kit')}>
        <Kit components={kit?.components ?? []} />
      </Panel>
      {shipping?.track_inventory && (
        <Panel title="Stock">
          <StockOfItem shipping={shipping} />
          <h3>Adjustments</h3>
          <Adjustments oid={oid} shown={50} />
        </Panel>
      )}
      {pricing?.tiers && pricing.tiers.length > 0 && (
        <Panel title="Prices of tiers">
          <Tiers tiers={pricing.tiers} />
        </Panel>
      )}
    </Beside>
  );
}

function Side({ oid, item: { pricing = {}, tax = {}, ...item } }: ItemProps) {
  return (
    <>
      <Panel title="Price" actions={<ChangeLink oid={oid} part="price" />}>
        <Facts
          facts={[
            ['Price', <Money amount={pricing.cost} />],
            [
              'On auto order',
              pricing.auto_order_cost && <Money amount={pricing.auto_order_cost} />,
            ],
            ['Sale price', pricing.sale_cost && <Money amount={pricing.sale_cost} />],
            ['Free of tax', tax.tax_free && 'Yes'],
            ['Taxed as if', tax.taxable_cost && <Money amount={tax.taxable_cost} />],
          ]}
        />
      </Panel>
      <Panel title="About it">
        <Facts
          facts={[
            ['Description', item.description],
            ['State', <ItemState isInactive={item.inactive} />],
            ['Ships', tax.tax_product_type === 'digital' ? 'No, it is digital' : 'Yes'],
            ['Free shipping', item.shipping?.free_shipping && 'Yes'],
            ['Added', <Moment at={item.creation_dts} style="day" />],
            ['Changed', <Moment at={item.last_modified_dts} />],
            ['Number', item.merchant_item_oid],
          ]}
        />
      </Panel>
    </>
  );
}

function DeleteLink({ oid }: { readonly oid: string }) {
  if (!useCan(['item_write'])) return null;
  return (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link {...props} data-button to={paths.itemEdit} params={{ oid, part: 'delete' }} />
      )}
    >
      Delete …
    </Button>
  );
}

function ChangeLink({ oid, part }: { readonly oid: string; readonly part: ItemPart }) {
  if (!useCan(['item_write'])) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={changeWords[part]}
      renderRoot={(props) => (
        <Link {...props} data-button to={paths.itemEdit} params={{ oid, part }} />
      )}
    >
      Change …
    </Button>
  );
}

const changeWords: Readonly<Record<ItemPart, string>> = {
  price: 'Change the price …',
  schedule: 'Change how it recurs …',
  kit: 'Change the kit …',
  options: 'Change the options …',
};
