import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { Loaded } from '../kit/loaded.tsx';
import { formatCount } from '../kit/money.ts';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { type StockRow, stateOfStock } from './forms.ts';
import { type Stock, stockQuery } from './queries.ts';

/** `/stock`: the stock of each counted item by center; rows that need attention come first. */
export function StockPage() {
  const result = useQuery(stockQuery);
  return (
    <Page title="Stock">
      <Panel title="Items that are counted">
        <Loaded result={result} what="the stock" rows={8}>
          {(stock) => (stock.rows.length === 0 ? <NoStock /> : <StockTable stock={stock} />)}
        </Loaded>
      </Panel>
      <Outlet />
    </Page>
  );
}

function NoStock() {
  return (
    <Empty icon="box" title="No stock is counted">
      Items with <code>shipping.track_inventory</code> are counted down by every order and rebill.
    </Empty>
  );
}

function StockTable({ stock: { rows, isMore } }: { readonly stock: Stock }) {
  const canWrite = useCan(['item_write']);
  return (
    <>
      {isMore && (
        <p className="soft">These are of the first 2,000 items. The catalogue finds the others.</p>
      )}
      <SmallTable
        what="Stock"
        columns={[
          { label: 'Item' },
          { label: 'Description' },
          { label: 'State' },
          { label: 'Center' },
          { label: 'In stock', isNumber: true },
          { label: 'Available', isNumber: true },
          { label: 'Low at', isNumber: true },
          ...(canWrite ? [{ label: 'Adjust' }] : []),
        ]}
        rows={rows.map((row) => ({
          key: `${row.oid} ${row.center}`,
          cells: [
            <Link to={paths.item} params={{ oid: String(row.oid) }}>
              {row.itemId}
            </Link>,
            row.description,
            <State row={row} />,
            row.center,
            formatCount(row.level),
            formatCount(row.free),
            row.lowAt === undefined ? '–' : formatCount(row.lowAt),
            <AdjustLink row={row} />,
          ],
        }))}
      />
    </>
  );
}

function State({ row }: { readonly row: StockRow }) {
  const { tone, word } = stateOfStock(row);
  return <Status tone={tone}>{word}</Status>;
}

function AdjustLink({ row }: { readonly row: StockRow }) {
  return (
    <Link
      to={paths.stockAdjust}
      params={{ oid: String(row.oid), center: row.center }}
      aria-label={`Adjust ${row.itemId} at ${row.center}`}
    >
      Adjust …
    </Link>
  );
}
