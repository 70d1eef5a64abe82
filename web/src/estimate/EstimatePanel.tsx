import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { DraftFields } from '../kit/draftFields.tsx';
import form from '../kit/form.module.css';
import { Panel } from '../kit/panel.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { useCan } from '../shell/session.tsx';
import { EstimateResult } from './EstimateResult.tsx';
import { emptyCart, estimateFields, estimateRequest } from './forms.ts';
import { estimate } from './queries.ts';

/** A test cart and address, with the result of the rules on this page. */
export function EstimatePanel() {
  const [draft, setDraft] = useState(emptyCart);
  const result = useMutation({ mutationFn: estimate });
  if (!useCan(['order_read'])) return null;
  return (
    <Panel title="Try an address and a cart">
      <form
        className={form['form']}
        onSubmit={(event) => {
          event.preventDefault();
          result.mutate(estimateRequest(draft));
        }}
      >
        <p className="soft">Nothing is stored or charged.</p>
        <DraftFields fields={estimateFields} draft={draft} onChange={setDraft} />
        <Refusal error={result.error} />
        <div className={form['buttons']}>
          <Button type="submit" variant="default" loading={result.isPending}>
            Calculate
          </Button>
        </div>
      </form>
      <div aria-live="polite">{result.data && <EstimateResult estimate={result.data} />}</div>
    </Panel>
  );
}
