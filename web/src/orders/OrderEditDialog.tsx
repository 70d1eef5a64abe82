import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { Order } from '@perennial/contract/order.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { BeforeAfter } from '../kit/beforeAfter.tsx';
import { Conflicts } from '../kit/conflicts.tsx';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { useFocusedFirst } from '../kit/useFocusedFirst.ts';
import { toast } from '../shell/toasts.tsx';
import {
  changedPaths,
  conflictsOf,
  countsAsPaid,
  type FormTexts,
  isOrderPart,
  orderParts,
  type PartField,
  type PartForm,
  textsOf,
} from './parts.ts';
import { orderQuery, saveOrderForm, undoOrderForm } from './queries.ts';

/** `/orders/:id/edit/:part`: changes the parts of an order that may still change. */
export function OrderEditDialog() {
  const { id, part } = useParams({ from: '/inside/order/orders/$id/edit/$part' });
  const result = useQuery(orderQuery(id));
  const parent = `/orders/${encodeURIComponent(id)}`;
  if (!isOrderPart(part))
    return (
      <RoutedDialog title="Nothing at this address" parent={parent}>
        <Empty title="An order has no such part" />
      </RoutedDialog>
    );
  return (
    <RoutedDialog title={`${orderParts[part].title}, ${id}`} parent={parent}>
      <Loaded result={result} what="the order">
        {(order) => <PartEditor id={id} order={order} part={orderParts[part]} parent={parent} />}
      </Loaded>
    </RoutedDialog>
  );
}

interface EditorProps {
  readonly id: string;
  readonly order: Order;
  readonly part: PartForm;
  readonly parent: string;
}

function PartEditor({ id, order, part, parent }: EditorProps) {
  const edit = useEdit({ id, order, part, parent });
  const { was, mine, paths, conflicts, kept, error, isBusy } = edit;
  const note = part.note(order);
  const first = useFocusedFirst<HTMLFormElement>();
  return (
    <form ref={first} className={form['form']} onSubmit={(event) => void edit.save(event)}>
      <div className={form['fields']}>
        {part.fields.map((field) => (
          <Field
            key={field.path}
            field={field}
            value={mine[field.path] ?? ''}
            isChanged={paths.includes(field.path)}
            onChange={(value) => edit.set(field.path, value)}
          />
        ))}
      </div>
      {paths.length > 0 && (
        <BeforeAfter
          what="What changes"
          lines={paths.map((path) => ({
            name: labelOf(part.fields, path),
            before: was[path] || '(empty)',
            after: mine[path] || '(empty)',
            isChanged: true,
          }))}
        />
      )}
      {note && <p className="soft">{note}</p>}
      {conflicts.length > 0 && (
        <Conflicts
          conflicts={conflicts.map((each) => ({
            ...each,
            key: each.path,
            label: labelOf(part.fields, each.path),
          }))}
          chosen={kept}
          onChoose={edit.choose}
        />
      )}
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button type="submit" loading={isBusy} disabled={paths.length === 0}>
          Save
        </Button>
      </div>
    </form>
  );
}

const labelOf = (fields: readonly PartField[], path: string): string =>
  fields.find((field) => field.path === path)?.label ?? path;

/** The state of the form and the action of its button. */
function useEdit({ id, order, part, parent }: EditorProps) {
  const [was, setWas] = useState<FormTexts>(() => textsOf(order, part.fields));
  const [mine, setMine] = useState<FormTexts>(was);
  const [theirs, setTheirs] = useState<FormTexts>();
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  const close = useCloseDialog(parent);
  const paths = changedPaths(was, mine);

  async function save(event: FormEvent) {
    event.preventDefault();
    const [from, to] = theirs ? decided(was, theirs, mine, kept) : [was, mine];
    setBusy(true);
    setError(undefined);
    try {
      const saved = await saveOrderForm(id, part.fields, from, to, decision.key([from, to]));
      decision.end();
      if (saved.kind === 'conflict') return setTheirs(saved.theirs);
      const undo = () => undoOrderForm(id, part.fields, from, to);
      const isFinal = countsAsPaid(order, changedPaths(from, to), to);
      toast({ text: `${part.title} of ${id} saved.`, undo: isFinal ? undefined : undo });
      close();
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
    } finally {
      setBusy(false);
    }
    setWas(from);
  }

  return {
    was,
    mine,
    paths,
    kept,
    error,
    isBusy,
    save,
    conflicts: theirs ? conflictsOf(was, theirs, mine) : [],
    set: (path: string, value: string) => setMine((before) => ({ ...before, [path]: value })),
    choose: (path: string, isMine: boolean) =>
      setKept((before) => new Set([...before, path].filter((each) => each !== path || isMine))),
  };
}

/** Returns the change to save after a conflict: from the colleague's texts to the chosen ones. */
function decided(
  was: FormTexts,
  theirs: FormTexts,
  mine: FormTexts,
  kept: ReadonlySet<string>,
): [from: FormTexts, to: FormTexts] {
  const disputed = new Set(conflictsOf(was, theirs, mine).map(({ path }) => path));
  const own = changedPaths(was, mine).filter((path) => !disputed.has(path) || kept.has(path));
  return [theirs, { ...theirs, ...Object.fromEntries(own.map((path) => [path, mine[path]!])) }];
}

function Field({
  field: { path, label, choices, isLong, max },
  value,
  isChanged,
  onChange,
}: {
  readonly field: PartField;
  readonly value: string;
  readonly isChanged: boolean;
  onChange(value: string): void;
}) {
  const shared = {
    label: isChanged ? `${label} (changed)` : label,
    value,
    'data-path': path,
  };
  if (choices)
    return (
      <NativeSelect
        {...shared}
        data={choices.includes(value) ? [...choices] : [value, ...choices]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  if (isLong)
    return (
      <Textarea
        {...shared}
        className={form['wide']}
        rows={4}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...shared}
      maxLength={max}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
