import { Button } from '@mantine/core';
import type { ChargeInFlight, ParkedAutoOrder } from '@perennial/contract/perennial.ts';
import { useState } from 'react';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import classes from './health.module.css';
import { lookAgain } from './queries.ts';

/** The auto orders that are not billed before something is fixed. */
export function Parked({ rows }: { readonly rows: readonly ParkedAutoOrder[] }) {
  const canWrite = useCan(['auto_order_write']);
  if (rows.length === 0) return <p className="soft">Every auto order can be billed.</p>;
  return (
    <SmallTable
      what="Parked auto orders"
      columns={[
        { label: 'Auto order' },
        { label: 'Fault' },
        { label: 'Item' },
        { label: 'Since' },
        { label: 'Checked again' },
        ...(canWrite ? [{ label: 'Action' }] : []),
      ]}
      rows={rows.map((row) => ({
        key: String(row.auto_order_oid),
        cells: [
          <AutoOrderLink code={row.auto_order_code} />,
          <Sentence text={row.fault ?? row.reason} />,
          row.merchant_item_id && <code>{row.merchant_item_id}</code>,
          <Moment at={row.since_dts} />,
          <Moment at={row.next_look_dts} />,
          <LookAgain row={row} />,
        ],
      }))}
    />
  );
}

/** Money may move, so it asks once. */
function LookAgain({ row }: { readonly row: ParkedAutoOrder }) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const decision = useDecision();
  if (!isAsking)
    return (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Look again at ${row.auto_order_code ?? ''}`}
        onClick={() => setAsking(true)}
      >
        Look again …
      </Button>
    );
  async function look() {
    setBusy(true);
    setError(undefined);
    try {
      await lookAgain(row.auto_order_oid ?? 0, decision.key());
      decision.end();
      toast({ text: `Auto order ${row.auto_order_code ?? ''} was checked again.` });
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
    }
    setBusy(false);
    setAsking(false);
  }
  return (
    <div className={classes['asked']}>
      <span>Charges what is due when the fault is gone. A charge cannot be undone.</span>
      <span>
        <Button size="compact-sm" loading={isBusy} onClick={() => void look()}>
          Look again now
        </Button>{' '}
        <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
          Not now
        </Button>
      </span>
      <Refusal error={error} />
    </div>
  );
}

/** The charges that the gateway has not answered. Nothing is charged twice. */
export function InDoubt({ rows }: { readonly rows: readonly ChargeInFlight[] }) {
  if (rows.length === 0) return <p className="soft">Every charge has an answer.</p>;
  return (
    <SmallTable
      what="Charges without an answer"
      columns={[
        { label: 'Auto order' },
        { label: 'State' },
        { label: 'Amount', isNumber: true },
        { label: 'Gateway' },
        { label: 'Requested' },
        { label: 'Asked' },
        { label: 'Next' },
        { label: 'Key' },
      ]}
      rows={rows.map((row) => ({
        key: row.key ?? '',
        cells: [
          <AutoOrderLink code={row.auto_order_code} />,
          <Status tone={row.state === 'unknown' ? 'warn' : 'note'}>
            {row.state === 'unknown' ? 'No answer' : 'Under way'}
          </Status>,
          <Money amount={row.amount} currency={row.currency_code} />,
          row.gateway,
          <Moment at={row.requested_dts} />,
          `${row.checks ?? 0} times`,
          <Moment at={row.next_check_dts} isReal />,
          <code>{row.key}</code>,
        ],
      }))}
    />
  );
}
