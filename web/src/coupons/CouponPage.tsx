import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { OrderLink } from '../orders/OrderLink.tsx';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { CouponFacts } from './CouponFacts.tsx';
import { couponCodesQuery, couponQuery, type FoundCodes } from './queries.ts';

/** `/coupons/:oid`: one coupon with its discount and its one-time codes. */
export function CouponPage() {
  const { oid } = useParams({ from: '/inside/coupons/$oid' });
  const { merchant } = useSession();
  const result = useQuery(couponQuery(oid, merchant.zone));
  const canWrite = useCan(['coupon_write']);
  const navigate = useNavigate();
  const open = (part: string) => () =>
    void navigate({ to: paths.couponEdit, params: { oid, part } });
  useCommands({
    'coupon.edit': open('edit'),
    'coupon.codes': open('codes'),
    'coupon.delete': open('delete'),
  });
  return (
    <Page
      title={`Coupon ${result.data?.coupon.merchant_code ?? oid}`}
      actions={canWrite && result.data && <Actions oid={oid} />}
    >
      <Loaded result={result} what="the coupon" rows={8}>
        {({ coupon }) => (
          <Beside
            side={
              <Panel title="About it">
                <CouponFacts coupon={coupon} />
              </Panel>
            }
          >
            <Panel title="What it does">
              <p>{coupon.calculated_description ?? coupon.coupon_type}</p>
            </Panel>
            <Codes oid={oid} />
          </Beside>
        )}
      </Loaded>
      <Outlet />
    </Page>
  );
}

function Actions({ oid }: { readonly oid: string }) {
  const link = (part: string, words: string) => (
    <Button
      variant={part === 'edit' ? 'filled' : 'default'}
      renderRoot={(props) => (
        <Link {...props} data-button to={paths.couponEdit} params={{ oid, part }} />
      )}
    >
      {words}
    </Button>
  );
  return (
    <>
      {link('delete', 'Delete …')}
      {link('codes', 'Make codes …')}
      {link('edit', 'Change …')}
    </>
  );
}

function Codes({ oid }: { readonly oid: string }) {
  const codes = useQuery(couponCodesQuery(oid));
  return (
    <Panel title="One-time codes">
      <Loaded result={codes} what="the codes">
        {(found) => <CodeTable {...found} />}
      </Loaded>
    </Panel>
  );
}

function CodeTable({ codes, isMore }: FoundCodes) {
  if (codes.length === 0)
    return <p className="soft">None. Create codes to give each customer a separate code.</p>;
  const used = codes.filter(({ order_id: id }) => id !== undefined).length;
  return (
    <>
      <p className="soft">
        {used} of {isMore ? 'the first ' : ''}
        {codes.length} used
      </p>
      <SmallTable
        what="One-time codes"
        columns={[{ label: 'Code' }, { label: 'Ends' }, { label: 'Used by' }, { label: 'Used' }]}
        rows={codes.map((each) => ({
          key: each.code ?? '',
          cells: [
            <code>{each.code}</code>,
            <Moment at={each.expiration_dts} style="day" />,
            each.order_id ? <OrderLink id={each.order_id} /> : 'Not used',
            <Moment at={each.used_dts} style="day" />,
          ],
        }))}
      />
    </>
  );
}
