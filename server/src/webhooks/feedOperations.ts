import type { FeedEvent as WireFeedEvent } from '@perennial/contract/perennial.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { type FeedPlace, feedStart, readFeed } from '../platform/events/feed.ts';
import type { Warning } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import { saveSettingsSection } from '../platform/tenancy/merchantStore.ts';
import { feedWebhookOid } from './captureListener.ts';
import { mayHear, missingPermissions } from './owner.ts';
import { readFeedPayloads } from './payloadStore.ts';

/** A page of the pull feed. */
export interface FeedPage {
  readonly events: readonly WireFeedEvent[];
  /** The cursor to continue from, also after an empty page. */
  readonly next_cursor: string;
  readonly more: boolean;
  /** Reports the events that were left out because the caller lacks a permission. */
  readonly warning?: Warning;
}

/**
 * Reads the events after a cursor, gapless and in order, for clients that cannot receive webhooks.
 * The first request makes the server store payloads for the merchant (docs/adr, the pull feed), so
 * earlier events have no payload.
 */
export async function readEvents(
  context: Context,
  clock: SystemClock,
  after: string | undefined,
  limit: number,
): Promise<FeedPage> {
  const { merchantId, timeZone, settings } = context.merchant;
  if (settings['feed'] === undefined)
    await saveSettingsSection(context.db, merchantId, 'feed', {
      first_read_dts: clock.now().toString(),
    });
  const from =
    after === undefined
      ? feedStart
      : (feedPlaceOf(after) ??
        refuse('invalid_field', {
          field: 'after',
          reason: 'is not a valid cursor of this feed',
          fix: 'Send the next_cursor of the last response, or leave it out',
        }));
  const found = await readFeed(context.db, merchantId, from, limit + 1);
  const page = found.slice(0, limit);
  const payloads = await readFeedPayloads(
    context.db,
    merchantId,
    feedWebhookOid,
    page.map((event) => event.place),
  );
  const { permissions } = context.actor;
  const shown = page.filter((event) => mayHear(permissions, event.name));
  const events = shown.map((event) => {
    const payload = payloads.get(event.place.eventId);
    return {
      cursor: cursorOf(event.place),
      event_name: event.name,
      object_type: event.objectType.replaceAll(' ', '_'),
      object_id: event.objectId,
      object_sequence: event.objectSequence,
      event_dts: wireDate(event.at, timeZone),
      ...(payload === undefined ? {} : { payload: JSON.parse(payload) as Record<string, unknown> }),
    };
  });
  const lacking = missingPermissions(
    permissions,
    page.map((event) => event.name),
  );
  return {
    events,
    next_cursor: cursorOf(page.at(-1)?.place ?? from),
    more: found.length > limit,
    ...(lacking.length === 0 ? {} : { warning: leftOut(page.length - shown.length, lacking) }),
  };
}

/**
 * Warns about events that the caller may not read. They are skipped, and the cursor moves past
 * them.
 */
function leftOut(count: number, lacking: readonly string[]): Warning {
  const events = count === 1 ? 'One event was' : `${count} events were`;
  return {
    code: 'events_left_out',
    message: `${events} left out. To see them, grant the key ${lacking.join(', ')}.`,
  };
}

const cursorOf = ({ stamp, eventId }: FeedPlace): string => `${stamp}-${eventId}`;

function feedPlaceOf(cursor: string): FeedPlace | undefined {
  const match = /^(\d{1,19})-(\d{1,15})$/.exec(cursor);
  return match ? { stamp: match[1]!, eventId: Number(match[2]) } : undefined;
}
