import { Button, Group, Modal } from '@mantine/core';
import type { ClockDue } from '@perennial/contract/clock.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { NotShown, Waiting } from '../kit/states.tsx';
import { toast } from '../shell/toasts.tsx';
import { advanceTo, dueQuery } from './queries.ts';
import { type Shown } from './shown.ts';
import { useShown } from './useShown.ts';

/** A dialog that shows what an advance of the test clock will charge, and asks for confirmation. */
export function AdvanceDialog({ until, onClose }: { readonly until: string; onClose(): void }) {
  const shown = useShown();
  const [key] = useState(() => crypto.randomUUID());
  const due = useQuery(dueQuery(until));
  const advance = useMutation({
    mutationFn: () => advanceTo(until, key),
    onSuccess: () => {
      toast({ text: `The clock moves to ${shown.minute(until)}.` });
      onClose();
    },
  });
  const refused = advance.error ?? (due.data ? null : due.error);
  return (
    <Modal opened onClose={onClose} title={`Advance to ${shown.minute(until)}`}>
      {refused && <NotShown refused={refused} onRetry={() => void due.refetch()} />}
      {!refused && !due.data && <Waiting what="what is due" rows={2} />}
      {due.data && <p>{dueWords(due.data, shown)} A test clock never goes back.</p>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button
          onClick={() => advance.mutate()}
          loading={advance.isPending}
          disabled={due.data === undefined}
        >
          Advance
        </Button>
      </Group>
    </Modal>
  );
}

function dueWords(
  { rebill_count = 0, totals = [], expected_declines = 0 }: ClockDue,
  shown: Shown,
) {
  if (rebill_count === 0) return 'No rebill of this merchant is due until then.';
  const money = totals.map(({ total, currency_code }) => shown.money(total, currency_code));
  const rebills = rebill_count === 1 ? '1 rebill is' : `${rebill_count} rebills are`;
  const declines =
    expected_declines === 0 ? '' : ` Declines are expected on ${expected_declines} of the cards.`;
  return `${rebills} due at this merchant until then: ${money.join(', ')}.${declines}`;
}
