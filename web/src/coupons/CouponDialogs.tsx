import { Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { DraftFields } from '../kit/draftFields.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { linesOf } from '../kit/draftSpecs.ts';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { type DraftForm, useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { couponFields, couponLabel, draftOfCoupon, fieldsOfKind, kindField } from './forms.ts';
import {
  addCoupon,
  type CouponRead,
  couponFormQuery,
  deleteCoupon,
  makeCodes,
  writeCoupon,
} from './queries.ts';

/** `/coupons/new`: adds a coupon. */
export function NewCouponDialog() {
  const { merchant } = useSession();
  const navigate = useNavigate();
  const added = useRef('');
  const base = { draft: draftOfCoupon({}, merchant.zone), version: 0 };
  const remember = (oid: string) => {
    added.current = oid;
  };
  const draft = useDraft(base, addCoupon(merchant.zone, remember), (undo) => {
    toast({ text: `Coupon ${draft.mine['merchant_code'] ?? ''} added.`, undo });
    void navigate({ to: paths.coupon, params: { oid: added.current }, replace: true });
  });
  return (
    <RoutedDialog title="New coupon" parent={paths.coupons}>
      <DraftFrame draft={draft} labelOf={couponLabel} submit="Add the coupon" isNew>
        <CouponForm draft={draft} />
      </DraftFrame>
    </RoutedDialog>
  );
}

function CouponForm({ draft: { was, mine, change } }: { readonly draft: DraftForm }) {
  const [code, description, ...others] = couponFields;
  const fields = [
    code!,
    description!,
    kindField(was['kind'] ?? ''),
    ...fieldsOfKind(mine['kind'] ?? ''),
    ...others,
  ];
  return <DraftFields fields={fields} draft={mine} onChange={change} />;
}

const titles: Readonly<Record<string, string>> = {
  edit: 'Change the coupon',
  codes: 'Make one-time codes',
  delete: 'Delete the coupon',
};

/** `/coupons/:oid/:part`: changes or deletes a coupon, or creates one-time codes for it. */
export function CouponEditDialog() {
  const { oid, part } = useParams({ from: '/inside/coupons/$oid/$part' });
  const { merchant } = useSession();
  const result = useQuery(couponFormQuery(oid, merchant.zone));
  const parent = `/coupons/${encodeURIComponent(oid)}`;
  return (
    <RoutedDialog title={titles[part] ?? 'Nothing at this address'} parent={parent}>
      {part in titles ? (
        <Loaded result={result} what="the coupon">
          {(read) => <Part oid={oid} part={part} read={read} parent={parent} />}
        </Loaded>
      ) : (
        <Empty title="There is no such change" />
      )}
    </RoutedDialog>
  );
}

interface PartProps {
  readonly oid: string;
  readonly read: CouponRead;
  readonly parent: string;
}

function Part({ part, ...props }: PartProps & { readonly part: string }) {
  if (part === 'delete') return <DeleteCoupon {...props} />;
  return part === 'codes' ? <MakeCodes {...props} /> : <EditCoupon {...props} />;
}

function EditCoupon({ oid, read: { base }, parent }: PartProps) {
  const { merchant } = useSession();
  const close = useCloseDialog(parent);
  const draft = useDraft(base, writeCoupon(oid, merchant.zone), (undo) => {
    toast({ text: `Coupon ${draft.mine['merchant_code'] ?? oid} saved.`, undo });
    close();
  });
  return (
    <DraftFrame draft={draft} labelOf={couponLabel} submit="Save">
      <CouponForm draft={draft} />
      <p className="soft">
        Existing orders keep their discount. Each rebill uses the coupon’s terms at that time.
      </p>
    </DraftFrame>
  );
}

function MakeCodes({ oid, read: { coupon } }: PartProps) {
  const [draft, setDraft] = useState({ quantity: '10', prefix: '' } as Record<string, string>);
  const [made, setMade] = useState<readonly string[]>();
  if (made)
    return (
      <Textarea
        label={`${made.length} codes of ${coupon.merchant_code ?? oid}`}
        readOnly
        autosize
        minRows={4}
        maxRows={16}
        value={made.join('\n')}
      />
    );
  return (
    <DeedForm
      button="Make the codes"
      isDangerous={false}
      wish={draft}
      deed={async (key) => {
        const prefix = draft['prefix']?.trim();
        const body = { quantity: Number(draft['quantity']), ...(prefix && { prefix }) };
        setMade(await makeCodes(oid, body, key));
      }}
    >
      <DraftFields
        fields={[
          { key: 'quantity', label: 'How many', kind: 'whole', hint: '1 to 10,000' },
          { key: 'prefix', label: 'They begin with', max: 8 },
        ]}
        draft={draft}
        onChange={setDraft}
      />
      <p className="soft">Each code can be used once. Created codes cannot be withdrawn.</p>
    </DeedForm>
  );
}

function DeleteCoupon({ oid, read: { coupon, base } }: PartProps) {
  const navigate = useNavigate();
  const code = coupon.merchant_code ?? oid;
  return (
    <DeedForm
      button={`Delete ${code}`}
      deed={async (key) => {
        await deleteCoupon(oid, base.version, key);
        toast({ text: `Coupon ${code} deleted.` });
        void navigate({ to: paths.coupons, replace: true });
      }}
    >
      <p>
        Its one-time codes are deleted with it, and rebills no longer use it.{' '}
        <strong>This cannot be undone.</strong> To stop it and keep its codes, give it an end.
      </p>
      {linesOf(coupon.calculated_description ?? '').map((line) => (
        <p key={line} className="soft">
          {line}
        </p>
      ))}
    </DeedForm>
  );
}
