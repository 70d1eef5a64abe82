import type { Health } from '@perennial/contract/screens.ts';
import type { Tone } from '../kit/tone.ts';

/** One kind of unfinished work. */
export interface QueueRow {
  readonly what: string;
  readonly count: number;
  /** The age of the oldest; absent if it is not measured. */
  readonly seconds?: number | undefined;
  /** A note for the person with its severity. */
  readonly note?: { readonly tone: Tone; readonly words: string } | undefined;
}

/** Lists the waiting work, one row for each kind; kinds without waiting work are left out. */
export function queueRows(health: Health): QueueRow[] {
  const { webhooks_disabled: disabled = 0, webhooks_failing: failing = 0 } = health;
  const { mails_failing: badMails = 0 } = health;
  const rows: QueueRow[] = [
    {
      what: 'Auto orders that are due and not billed yet',
      count: health.overdue_auto_orders ?? 0,
      seconds: health.overdue_seconds,
    },
    {
      what: 'Charges that have not ended',
      count: health.open_charges ?? 0,
      seconds: health.unknown_charge_seconds,
    },
    { what: 'Refunds that have not ended', count: health.open_refunds ?? 0 },
    {
      what: 'Events for webhooks',
      count: health.webhook_events_waiting ?? 0,
      seconds: health.webhook_waiting_seconds,
      note: noteOf([
        [disabled, 'disabled'],
        [failing, 'failing'],
      ]),
    },
    {
      what: 'Mails',
      count: health.mails_waiting ?? 0,
      seconds: health.mail_waiting_seconds,
      note: noteOf([[badMails, 'failed before']]),
    },
    { what: 'Updates in the background', count: health.jobs_waiting ?? 0 },
  ];
  return rows.filter(({ count, note }) => count > 0 || note !== undefined);
}

function noteOf(parts: readonly (readonly [count: number, words: string])[]): QueueRow['note'] {
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return words.length === 0 ? undefined : { tone: 'warn', words: words.join(', ') };
}

/** A span in its largest unit: `40 s`, `3 min`, `2 h`, `5 days`; `–` for none. */
export function spanWords(seconds: number | undefined): string {
  if (seconds === undefined || seconds < 1) return '–';
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
