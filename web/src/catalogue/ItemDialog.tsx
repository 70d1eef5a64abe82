import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { DraftFields } from '../kit/draftFields.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { toast } from '../shell/toasts.tsx';
import { DeleteItem } from './DeleteItem.tsx';
import { fieldsOfPart, type ItemPart, itemLabel, partTitles } from './forms.ts';
import { type ItemRead, itemFormQuery, writeItem } from './queries.ts';

/** `/catalogue/:oid/edit/:part`: changes one part of an item, or deletes it. */
export function ItemDialog() {
  const { oid, part } = useParams({ from: '/inside/catalogue/$oid/edit/$part' });
  const result = useQuery(itemFormQuery(oid));
  const parent = `/catalogue/${encodeURIComponent(oid)}`;
  if (part === 'delete')
    return (
      <RoutedDialog title="Delete the item" parent={parent}>
        <Loaded result={result} what="the item">
          {(read) => <DeleteItem oid={oid} read={read} />}
        </Loaded>
      </RoutedDialog>
    );
  if (!isPart(part))
    return (
      <RoutedDialog title="Nothing at this address" parent={parent}>
        <Empty title="There is no such change" />
      </RoutedDialog>
    );
  return (
    <RoutedDialog title={partTitles[part]} parent={parent}>
      <Loaded result={result} what="the item">
        {(read) => <PartForm oid={oid} part={part} read={read} parent={parent} />}
      </Loaded>
    </RoutedDialog>
  );
}

const isPart = (part: string): part is ItemPart => part in partTitles;

function PartForm({
  oid,
  part,
  read: { item, base },
  parent,
}: {
  readonly oid: string;
  readonly part: ItemPart;
  readonly read: ItemRead;
  readonly parent: string;
}) {
  const close = useCloseDialog(parent);
  const draft = useDraft(base, writeItem(oid, item), (undo) => {
    toast({ text: `Item ${item.merchant_item_id ?? oid} saved.`, undo });
    close();
  });
  return (
    <DraftFrame draft={draft} labelOf={itemLabel(item)} submit="Save">
      <DraftFields fields={fieldsOfPart(part, item)} draft={draft.mine} onChange={draft.change} />
      <p className="soft">{effects[part]}</p>
    </DraftFrame>
  );
}

const effects: Readonly<Record<ItemPart, string>> = {
  price:
    'Auto orders pay the new price from their next rebill on, unless a price was agreed with the customer.',
  schedule: 'Its auto orders follow the change from their next rebill on.',
  kit: 'Stock and weight of rebills follow the components from the next rebill on.',
  options: 'Options that customers chose before keep their agreed price.',
};
