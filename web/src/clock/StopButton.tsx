import { Button } from '@mantine/core';
import type { ClockAdvance } from '@perennial/contract/clock.ts';
import { useMutation } from '@tanstack/react-query';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { stopAdvance } from './queries.ts';

/**
 * A button that stops a running advance. Finished days stay, and the days that have begun are
 * finished.
 */
export function StopButton({ advance }: { readonly advance: ClockAdvance }) {
  const canMove = useCan(['configuration_write']);
  const { advance_id: id = '', state } = advance;
  const stop = useMutation({
    mutationFn: () => stopAdvance(id),
    onError: ({ message }) => toast({ text: message, tone: 'bad' }),
  });
  if (!canMove || (state !== 'playing' && state !== 'stopping')) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={state === 'stopping' || stop.isPending}
      onClick={() => stop.mutate()}
    >
      {state === 'stopping' ? 'Stopping …' : 'Stop'}
    </Button>
  );
}
