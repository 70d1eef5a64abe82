import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { FeedPlace } from '../platform/events/feed.ts';
import { formDeliveries } from './forming.ts';
import {
  type LoadedEvent,
  lockForForming,
  readHeld,
  readPending,
  saveFormed,
  takeFormingTurn,
} from './formingStore.ts';
import type { LoadedDelivery } from './webhook.ts';

/** The most deliveries of one webhook that may run or wait for their next attempt. */
const underWayMax = 1000;
/** The number of events that one transaction reads. */
const scanMax = 2000;

/** The parameters for forming deliveries. */
export interface FormRequest {
  readonly webhookOid: number;
  readonly now: Temporal.Instant;
  /** When this process's lease on the new deliveries ends. */
  readonly leasedUntil: Temporal.Instant;
  /** The largest number of deliveries. */
  readonly roomMax: number;
}

/** The new deliveries, and whether more events may be waiting. */
export interface FormResult {
  readonly loaded: readonly LoadedDelivery[];
  readonly readOn: boolean;
}

const nothing: FormResult = { loaded: [], readOn: false };

/**
 * Forms deliveries of the events that the webhook wants next, and leases them to this process.
 * Returns none while another process forms deliveries of the webhook.
 */
export async function formNext(context: Context, request: FormRequest): Promise<FormResult> {
  const { merchantId } = context.merchant;
  const { webhookOid, now, leasedUntil, roomMax } = request;
  if (roomMax <= 0) return nothing;
  return inTransaction(context, async ({ db, ids }) => {
    const turn = await takeFormingTurn(db, merchantId, webhookOid, now);
    if (turn === undefined) return nothing;
    const limitOf = (room: number) => Math.min(scanMax, room * turn.maximumEvents);
    // Read before the webhook is locked, because finished attempts wait for that lock.
    const ahead = await readPending(db, merchantId, webhookOid, turn.place, limitOf(roomMax));
    const webhook = await lockForForming(db, merchantId, webhookOid, now);
    const room = webhook === undefined ? 0 : Math.min(roomMax, underWayMax - webhook.underWay);
    if (webhook === undefined || room <= 0) return nothing;
    const limit = limitOf(room);
    const { busy, heldMayBeFree } = webhook;
    const released = heldMayBeFree ? await readHeld(db, merchantId, webhookOid, busy, limit) : [];
    // Held events go first; later events about the same objects must not overtake them.
    const read = cutTo(limit - released.length, ahead, turn.place);
    const formed = formDeliveries([...released, ...read.events], busy, webhook);
    const loaded = formed.deliveries.map((events) => newDelivery(events, request, ids));
    const stillHeld = new Set(formed.held);
    await saveFormed(db, merchantId, webhookOid, {
      deliveries: loaded.map(({ delivery }) => delivery),
      place: read.place,
      released: released.filter((event) => !stillHeld.has(event)).map(({ place }) => place),
      held: formed.held,
      heldMayBeFree: released.length === limit,
      leasedUntil,
    });
    return { loaded, readOn: read.events.length > 0 };
  });
}

/** Returns at most `most` of the events, and the place after them. */
function cutTo(
  most: number,
  read: { readonly events: readonly LoadedEvent[]; readonly place: FeedPlace },
  from: FeedPlace,
): typeof read {
  if (read.events.length <= most) return read;
  const events = read.events.slice(0, most);
  return { events, place: events.at(-1)?.place ?? from };
}

function newDelivery(
  events: readonly LoadedEvent[],
  { webhookOid, now }: FormRequest,
  ids: IdFactory,
): LoadedDelivery {
  const contents = events.flatMap(({ content }) => content ?? []);
  const [oldest] = contents;
  return {
    delivery: {
      deliveryId: ids.uuid(),
      webhookOid,
      places: events.map((event) => event.place),
      objects: [...new Set(events.map((event) => event.object))],
      attempts: 0,
      createdAt: now,
    },
    events: contents,
    ...(oldest === undefined ? {} : { recordedAt: oldest.recordedAt }),
  };
}
