import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { DraftFields } from '../kit/draftFields.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { toast } from '../shell/toasts.tsx';
import { Adjustments } from './Adjustments.tsx';
import { afterWords, stockFields, stockLabel } from './forms.ts';
import { adjustStock, type StockRead, stockFormQuery } from './queries.ts';

/** `/stock/:oid/:center`: adjusts the stock of an item at a center. */
export function StockDialog() {
  const { oid, center } = useParams({ from: '/inside/stock/$oid/$center' });
  const result = useQuery(stockFormQuery(oid, center));
  const { merchant_item_id: id = oid } = result.data?.item ?? {};
  return (
    <RoutedDialog title={`Stock of ${id} at ${center}`} parent={paths.stock}>
      <Loaded result={result} what="the stock">
        {(read) => <StockForm oid={oid} center={center} read={read} />}
      </Loaded>
    </RoutedDialog>
  );
}

function StockForm({
  oid,
  center,
  read,
}: {
  readonly oid: string;
  readonly center: string;
  readonly read: StockRead;
}) {
  const close = useCloseDialog(paths.stock);
  const write = useMemo(() => adjustStock(oid, center, read), [oid, center, read]);
  const draft = useDraft(read.base, write, (undo) => {
    toast({ text: `Stock of ${read.item.merchant_item_id ?? oid} adjusted.`, undo });
    close();
  });
  return (
    <DraftFrame draft={draft} labelOf={stockLabel} submit="Adjust the stock" isNew>
      <DraftFields fields={stockFields} draft={draft.mine} onChange={draft.change} />
      <p>{afterWords(read.item, center, draft.mine)}</p>
      <p className="soft">
        It is added to the stock at the moment when you press the button, so sales in between count.
        Auto orders that wait for the item are billed once there is enough of it; money that was
        charged by then stays charged when you undo this.
      </p>
      <Adjustments oid={oid} shown={5} />
    </DraftFrame>
  );
}
