import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useShown } from '../autoOrder/useShown.ts';
import { Refusal } from '../kit/refusal.tsx';
import { useCloseDialog } from '../kit/routedDialog.tsx';
import { toast } from '../shell/toasts.tsx';
import { CardLink } from './CardLink.tsx';
import { ChargePanel } from './ChargePanel.tsx';
import { ConflictForm } from './ConflictForm.tsx';
import { toastOf } from './doneWords.ts';
import classes from './edits.module.css';
import { FieldsForm } from './FieldsForm.tsx';
import type { Field, FormContext, Part } from './form.ts';
import { PreviewPanel } from './PreviewPanel.tsx';
import { type Base, nextRebillQuery } from './queries.ts';
import { cancelPart } from './stopParts.ts';
import { type Edit, useEdit } from './useEdit.ts';

/**
 * A form with a preview of its effect and the button that saves it. After a conflict: the choice
 * between the two changes.
 */
export function EditForm({
  code,
  part,
  first,
  context,
}: {
  readonly code: string;
  readonly part: Part;
  readonly first: Base;
  readonly context: FormContext;
}) {
  const edit = useEdit(code, part, first, context);
  const fields = part.fields(first.order, edit.values, context);
  const missing = fields.find(({ name, isRequired }) => isRequired && edit.values[name] === '');
  const close = useCloseDialog(`/auto-orders/${code}`);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await edit.save();
    if (!done) return;
    toast(toastOf(code, part.done(first.order, edit.values), done));
    close();
  };
  return (
    <form className={classes['form']} onSubmit={(event) => void submit(event)} noValidate>
      {edit.conflict ? (
        <ConflictForm
          base={edit.base}
          fields={edit.conflict.fields}
          left={edit.conflict.left}
          onChoose={edit.choose}
        />
      ) : (
        <FieldsForm fields={fields} values={edit.values} onChange={edit.setValue} />
      )}
      <Consequences code={code} part={part} edit={edit} />
      <Foot code={code} part={part} edit={edit} missing={missing} onCancel={close} />
    </form>
  );
}

interface OfEdit {
  readonly code: string;
  readonly part: Part;
  readonly edit: Edit;
}

/**
 * The effects of saving: the rebills before and after, or the charge, and a warning if it cannot be
 * undone.
 */
function Consequences({ code, part, edit }: OfEdit) {
  const kind = edit.deed?.kind;
  const isCard = 'token' in edit.values;
  const final = part.isFinal?.(edit.values);
  const shows = kind !== 'merge' && kind !== 'charge' && !isCard;
  return (
    <>
      {isCard && <CardLink oid={edit.base.oid} />}
      {(isCard || kind === 'charge') && <ChargePanel code={code} base={edit.base} />}
      {shows && (
        <PreviewPanel
          code={code}
          base={edit.base}
          deed={edit.settledDeed}
          isSaving={edit.isSaving}
        />
      )}
      {final && <p className={classes['note']}>{final}</p>}
      <Refusal error={edit.refused} />
    </>
  );
}

interface FootProps extends OfEdit {
  /** A required field is empty, so the form cannot be saved. */
  readonly missing: Field | undefined;
  onCancel(): void;
}

function Foot({ code, part, edit, missing, onCancel }: FootProps) {
  const charge = useQuery({
    ...nextRebillQuery(code, edit.base.oid),
    enabled: edit.deed?.kind === 'charge',
  });
  const shown = useShown();
  const isCharge = edit.deed?.kind === 'charge';
  const amount = charge.data ? ` ${shown.money(charge.data.total, charge.data.currency_code)}` : '';
  const isEnding = part === cancelPart;
  return (
    <div className={classes['foot']}>
      <span className={classes['status']} role="status">
        {edit.deed === undefined ? statusWords(edit, missing) : ''}
      </span>
      <Button variant="default" onClick={onCancel}>
        {edit.conflict ? 'Keep theirs' : 'Close'}
      </Button>
      <Button
        type="submit"
        loading={edit.isSaving}
        disabled={edit.deed === undefined || (isCharge && charge.data == null)}
        {...(isEnding && { color: 'clay' })}
      >
        {isCharge
          ? `Charge${amount} now`
          : edit.conflict?.fields.some((field) => 'mine' in field)
            ? 'Save the chosen values'
            : part.save}
      </Button>
    </div>
  );
}

function statusWords({ conflict }: Edit, missing: Field | undefined): string {
  if (conflict) return 'None of your changes is left to save.';
  return missing ? `“${missing.label}” is empty.` : 'Nothing to save yet.';
}
