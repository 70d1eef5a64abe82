import { Button, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { runUndo } from '../shell/changes.ts';
import { newDecisionKey } from '../shell/draftWrites.ts';
import { toast } from '../shell/toasts.tsx';
import { BeforeAfter } from './beforeAfter.tsx';
import classes from './bulk.module.css';
import {
  applyAll,
  type BulkAction,
  type BulkLine,
  type BulkRefused,
  changesIn,
  countWords,
  eachOf,
  undoAll,
} from './bulk.ts';
import { Forecast } from './bulkForecast.tsx';
import type { Draft } from './draft.ts';
import { DraftFields } from './draftFields.tsx';
import { missingIn } from './draftSpecs.ts';
import form from './form.module.css';
import { Loaded } from './loaded.tsx';
import { Sentence } from './sentence.tsx';
import { useFocusedFirst } from './useFocusedFirst.ts';

/** The rows that the dialog has read are not refreshed by a write. */
const planKey = 'bulk change';

interface BulkProps<Row> {
  readonly action: BulkAction<Row>;
  /** The name of the rows, in the plural and lower case. */
  readonly what: string;
  readonly rows: readonly Row[];
  onClose(): void;
}

/** Shows the effect of a change on each row, and then makes the change. */
export function BulkDialog<Row>(props: BulkProps<Row>) {
  const { action, onClose } = props;
  // Rows that leave the list while the dialog is open stay part of the change.
  const rows = useRef(props.rows).current;
  const id = useRef(newDecisionKey()).current;
  const plans = useQuery({
    queryKey: [planKey, id],
    queryFn: () => eachOf(rows, action.read),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  return (
    <Modal opened onClose={onClose} title={action.title} size={640} closeOnClickOutside={false}>
      <Loaded result={plans} what="the rows">
        {(read) => <Plan {...props} plans={read} />}
      </Loaded>
    </Modal>
  );
}

function Plan<Row>({
  action,
  what,
  plans,
  onClose,
}: BulkProps<Row> & { readonly plans: readonly ((draft: Draft) => BulkLine)[] }) {
  const [draft, setDraft] = useState<Draft>(action.draft ?? {});
  const missing = missingIn(action.fields ?? [], draft);
  const lines = missing === undefined ? plans.map((plan) => plan(draft)) : [];
  const changes = changesIn(lines);
  const { isBusy, done, refused, run } = useRun(action, what, onClose);
  const first = useFocusedFirst<HTMLFormElement>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(changes);
  };
  if (refused) return <Refused refused={refused} total={changes.length} />;
  return (
    <form ref={first} className={form['form']} onSubmit={submit}>
      <p>{action.consequence}</p>
      {action.fields && <DraftFields fields={action.fields} draft={draft} onChange={setDraft} />}
      <p role="status">
        {isBusy ? `${done} of ${changes.length} sent …` : (missing ?? countWords(lines))}
      </p>
      <Lines lines={lines} />
      {/* Other answers have another effect on revenue. */}
      <Forecast key={JSON.stringify(draft)} changes={changes} />
      <div className={form['buttons']}>
        <Button type="submit" loading={isBusy} disabled={changes.length === 0}>
          {action.verb} {changes.length}
        </Button>
      </div>
    </form>
  );
}

function Lines({ lines }: { readonly lines: readonly BulkLine[] }) {
  const same = lines.filter((line) => 'unchanged' in line);
  return (
    <section className={classes['lines']} aria-label="What changes, row by row" tabIndex={0}>
      {changesIn(lines).length > 0 && (
        <BeforeAfter
          what="What changes"
          lines={changesIn(lines).map((line) => ({ ...line, isChanged: true }))}
        />
      )}
      {same.length > 0 && (
        <ul>
          {same.map((line) => (
            <li key={line.name}>
              <strong>{line.name}</strong> stays: <Sentence text={line.unchanged} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Refused({
  refused,
  total,
}: {
  readonly refused: readonly BulkRefused[];
  readonly total: number;
}) {
  return (
    <div role="alert">
      <p>
        {refused.length} of {total} were not changed:
      </p>
      <ul>
        {refused.map(({ name, reason }) => (
          <li key={name}>
            <strong>{name}</strong>: <Sentence text={reason} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Sends the changes; shows refused ones. The others can be undone together. */
function useRun<Row>(action: BulkAction<Row>, what: string, onClose: () => void) {
  const queryClient = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState(0);
  const [refused, setRefused] = useState<readonly BulkRefused[]>();
  async function run(changes: ReturnType<typeof changesIn>): Promise<void> {
    setBusy(true);
    const result = await applyAll(changes, newDecisionKey, setDone);
    const { changed, undos } = result;
    if (changed > 0)
      toast({
        text: `${what[0]?.toUpperCase()}${what.slice(1)}: ${changed} ${action.done}.`,
        ...(undos.length > 0 && { undo: () => undoAll(undos, runUndo) }),
      });
    await queryClient.invalidateQueries({ predicate: ({ queryKey: [kind] }) => kind !== planKey });
    setBusy(false);
    if (result.refused.length > 0) setRefused(result.refused);
    else onClose();
  }
  return { isBusy, done, refused, run };
}
