import type { ItemUse } from '@perennial/contract/screens.ts';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { DeedForm } from '../kit/deed.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { paths } from '../paths.ts';
import { toast } from '../shell/toasts.tsx';
import { deleteItem, type ItemRead, itemUsesQuery } from './queries.ts';
import { namingWords } from './words.ts';

/** Asks for confirmation before an item is deleted, and lists the consequences. */
export function DeleteItem({ oid, read }: { readonly oid: string; readonly read: ItemRead }) {
  const uses = useQuery(itemUsesQuery(oid));
  return (
    <Loaded result={uses} what="what names the item" rows={4}>
      {(known) => <Question oid={oid} read={read} uses={known} />}
    </Loaded>
  );
}

function Question({
  oid,
  read: { item, base },
  uses,
}: {
  readonly oid: string;
  readonly read: ItemRead;
  readonly uses: readonly ItemUse[];
}) {
  const navigate = useNavigate();
  const id = item.merchant_item_id ?? oid;
  return (
    <DeedForm
      button={`Delete ${id}`}
      deed={async (key) => {
        await deleteItem(oid, base.version, key);
        toast({ text: `Item ${id} deleted.` });
        void navigate({ to: paths.catalogue, replace: true });
      }}
    >
      {uses.length === 0 ? (
        <p>No other item, no coupon and no auto order needs it.</p>
      ) : (
        <ul>
          {uses.map((use) => (
            <li key={use.kind}>
              <strong>{namingWords(use)}.</strong> {use.consequence}
            </li>
          ))}
        </ul>
      )}
      <p>
        Orders keep their lines. Its reviews are deleted with it.{' '}
        <strong>This cannot be undone.</strong> To stop selling it and keep its auto orders, make it
        not for sale instead.
      </p>
    </DeedForm>
  );
}
