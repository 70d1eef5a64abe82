import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { DraftFields } from '../kit/draftFields.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { toast } from '../shell/toasts.tsx';
import { draftOfMethod, methodFields, methodLabel } from './forms.ts';
import { type Methods, methodsFormQuery, removeMethod, writeMethod } from './queries.ts';
import { RateFields } from './RateFields.tsx';

/** `/shipping/new`: adds a shipping method. */
export function NewShippingDialog() {
  const result = useQuery(methodsFormQuery);
  return (
    <RoutedDialog title="New shipping method" parent={paths.shipping} size={820}>
      <Loaded result={result} what="the shipping methods">
        {(read) => <MethodForm read={read} name={undefined} />}
      </Loaded>
    </RoutedDialog>
  );
}

/** `/shipping/:name/:part`: changes or deletes a shipping method. */
export function ShippingEditDialog() {
  const { name, part } = useParams({ from: '/inside/shipping/$name/$part' });
  const result = useQuery(methodsFormQuery);
  return (
    <RoutedDialog title={`Shipping method ${name}`} parent={paths.shipping} size={820}>
      <Loaded result={result} what="the shipping method">
        {(read) => <Part read={read} name={name} part={part} />}
      </Loaded>
    </RoutedDialog>
  );
}

function Part({
  read,
  name,
  part,
}: {
  readonly read: Methods;
  readonly name: string;
  readonly part: string;
}) {
  const isThere = read.methods.some((each) => each.name === name);
  if (isThere && part === 'edit') return <MethodForm read={read} name={name} />;
  if (isThere && part === 'delete') return <DeleteMethod read={read} name={name} />;
  return <Empty title="Not found">There is no such method; it may have been deleted.</Empty>;
}

function MethodForm({ read, name }: { readonly read: Methods; readonly name: string | undefined }) {
  const close = useCloseDialog(paths.shipping);
  const method = read.methods.find((each) => each.name === name) ?? {};
  const write = useMemo(() => writeMethod(name, read), [name, read]);
  const draft = useDraft({ draft: draftOfMethod(method), version: read.version }, write, (undo) => {
    const saved = name === undefined ? 'added' : 'saved';
    toast({ text: `Shipping method ${draft.mine['name'] ?? ''} ${saved}.`, undo });
    close();
  });
  return (
    <DraftFrame
      draft={draft}
      labelOf={methodLabel}
      submit={name === undefined ? 'Add the method' : 'Save'}
      isNew={name === undefined}
    >
      <DraftFields fields={methodFields} draft={draft.mine} onChange={draft.change} />
      <RateFields draft={draft.mine} onChange={draft.change} />
      <p className="soft">
        Rebills are priced by it from now on. When no rate applies, the method does not ship the
        order.
      </p>
    </DraftFrame>
  );
}

function DeleteMethod({ read, name }: { readonly read: Methods; readonly name: string }) {
  const navigate = useNavigate();
  return (
    <DeedForm
      button={`Delete ${name}`}
      deed={async (key) => {
        const undo = await removeMethod(read, name, key);
        toast({ text: `Shipping method ${name} deleted.`, undo });
        void navigate({ to: paths.shipping, replace: true });
      }}
    >
      <p>
        Rebills of orders that name it ship by the cheapest other method. When none ships them, they
        are parked and raise a task.
      </p>
    </DeedForm>
  );
}
