import type { TaxRate } from '@perennial/contract/tax.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { DeedForm } from '../kit/deed.tsx';
import { DraftFields } from '../kit/draftFields.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { toast } from '../shell/toasts.tsx';
import { placeWords, taxBase, taxFields, taxLabel } from './forms.ts';
import { addTax, deleteTax, restoreTax, taxFormQuery, writeTax } from './queries.ts';

/** `/taxes/new`: adds the tax rate of a place. */
export function NewTaxDialog() {
  return (
    <RoutedDialog title="New tax rate" parent={paths.taxes}>
      <TaxForm rate={{}} />
    </RoutedDialog>
  );
}

/** `/taxes/:oid/:part`: changes or deletes a tax rate. */
export function TaxEditDialog() {
  const { oid, part } = useParams({ from: '/inside/taxes/$oid/$part' });
  const result = useQuery(taxFormQuery);
  const rate = result.data?.find(({ tax_rate_oid: each }) => String(each) === oid);
  return (
    <RoutedDialog title={rate ? `Tax in ${placeWords(rate)}` : 'Tax rate'} parent={paths.taxes}>
      <Loaded result={result} what="the tax rate">
        {() => <Part rate={rate} part={part} />}
      </Loaded>
    </RoutedDialog>
  );
}

function Part({ rate, part }: { readonly rate: TaxRate | undefined; readonly part: string }) {
  if (rate && part === 'edit') return <TaxForm rate={rate} />;
  if (rate && part === 'delete') return <DeleteTax rate={rate} />;
  return <Empty title="Not found">There is no such tax rate; it may have been deleted.</Empty>;
}

function TaxForm({ rate }: { readonly rate: TaxRate }) {
  const { tax_rate_oid: oid } = rate;
  const close = useCloseDialog(paths.taxes);
  const write = oid === undefined ? addTax : writeTax(oid);
  const draft = useDraft(taxBase(rate), write, (undo) => {
    const place = placeWords(oid === undefined ? draft.mine : rate);
    toast({ text: `Tax rate of ${place} ${oid === undefined ? 'added' : 'saved'}.`, undo });
    close();
  });
  return (
    <DraftFrame
      draft={draft}
      labelOf={taxLabel}
      submit={oid === undefined ? 'Add the tax rate' : 'Save'}
      isNew={oid === undefined}
    >
      <DraftFields
        fields={taxFields(oid === undefined)}
        draft={draft.mine}
        onChange={draft.change}
      />
      <p className="soft">
        New orders and rebills follow from now on. Orders that were placed keep their tax.
        {oid !== undefined && (
          <>
            {' '}
            <Link to={paths.taxEdit} params={{ oid: String(oid), part: 'delete' }} replace>
              Delete this rate …
            </Link>
          </>
        )}
      </p>
    </DraftFrame>
  );
}

function DeleteTax({ rate }: { readonly rate: TaxRate }) {
  const navigate = useNavigate();
  return (
    <DeedForm
      button={`Delete the rate of ${placeWords(rate)}`}
      deed={async (key) => {
        await deleteTax(rate, key);
        const undo = () => restoreTax(rate);
        toast({ text: `Tax rate of ${placeWords(rate)} deleted.`, undo });
        void navigate({ to: paths.taxes, replace: true });
      }}
    >
      <p>New orders and rebills in this place are taxed by the remaining rates only.</p>
    </DeedForm>
  );
}
