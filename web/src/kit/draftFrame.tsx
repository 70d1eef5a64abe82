import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { BeforeAfter } from './beforeAfter.tsx';
import { Conflicts } from './conflicts.tsx';
import form from './form.module.css';
import { Refusal } from './refusal.tsx';
import type { DraftForm } from './useDraft.ts';
import { useFocusedFirst } from './useFocusedFirst.ts';

/** A form with its changes, the conflicting changes of a colleague, and its button. */
export function DraftFrame({
  draft,
  labelOf,
  submit,
  isNew = false,
  children,
}: {
  readonly draft: DraftForm;
  /** The name of a field. */
  labelOf(key: string): string;
  readonly submit: string;
  /** There is nothing to compare with. */
  readonly isNew?: boolean;
  readonly children: ReactNode;
}) {
  const first = useFocusedFirst<HTMLFormElement>();
  const { was, mine, changed, conflicts, kept, error, isBusy } = draft;
  return (
    <form ref={first} className={form['form']} onSubmit={(event) => void draft.save(event)}>
      {children}
      {!isNew && changed.length > 0 && (
        <BeforeAfter
          what="What changes"
          lines={changed.map((key) => ({
            name: labelOf(key),
            before: was[key] || '(empty)',
            after: mine[key] || '(empty)',
            isChanged: true,
          }))}
        />
      )}
      {conflicts.length > 0 && (
        <Conflicts
          conflicts={conflicts.map((each) => ({ ...each, label: labelOf(each.key) }))}
          chosen={kept}
          onChoose={draft.choose}
        />
      )}
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button type="submit" loading={isBusy} disabled={changed.length === 0}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
