import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { Refusal } from '../kit/refusal.tsx';
import { ownViewNamed, type SavedView, type ViewDraft } from './savedViews.ts';

/** Asks for the name of a view, and whether colleagues see it. */
export function ViewDialog({
  saved,
  view,
  onClose,
  onSave,
}: {
  readonly saved: readonly SavedView[];
  /** The view that is renamed; absent: a new one. */
  readonly view: SavedView | undefined;
  onClose(): void;
  onSave(draft: ViewDraft): Promise<void>;
}) {
  const [name, setName] = useState(view?.label ?? '');
  const [isShared, setShared] = useState(view?.isShared ?? false);
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const replaced = ownViewNamed(saved, name);
  const isTaken = view !== undefined && replaced !== undefined && replaced.oid !== view.oid;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onSave({ name: name.trim(), isShared });
      onClose();
    } catch (refused) {
      setError(refused as Error);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={view ? 'Change the view' : 'Save this view'}>
      <form className={form['form']} onSubmit={(event) => void save(event)}>
        <TextInput
          data-autofocus
          label="Name"
          description={view ? undefined : 'The filters, the order and the columns are saved.'}
          value={name}
          maxLength={100}
          error={isTaken && 'Another view of yours has this name.'}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox
          label="Colleagues see it too"
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        {!view && replaced && <p>This replaces your view {replaced.label}.</p>}
        <Refusal error={error} />
        <div className={form['buttons']}>
          <Button type="submit" loading={isBusy} disabled={name.trim() === '' || isTaken}>
            {!view && replaced ? 'Replace' : 'Save'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
