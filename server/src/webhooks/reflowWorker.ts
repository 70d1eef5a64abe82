import { parseExpand } from '@perennial/contract/expansions.ts';
import type { Logger } from 'pino';
import { required } from '../kernel/assert.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { ObjectType } from '../platform/events/event.ts';
import { takePlaces } from '../platform/events/stamps.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import type { ObjectReaders } from './captureListener.ts';
import { describe, expansionsFor } from './owner.ts';
import { insertCaptured } from './payloadStore.ts';
import { endReflow, lockReflow, merchantsWithReflows, saveReflow } from './reflowStore.ts';
import { wanting } from './wanting.ts';

/**
 * Lists the ids of a kind of record after an id, in order. The app passes this function in, because
 * the records belong to other features.
 */
export type ListIds = (
  context: Context,
  after: string,
  limit: number,
) => Promise<readonly string[]>;

/** The dependencies of sending records again. */
export interface ReflowParts {
  readonly db: Database;
  readonly log: Logger;
  readonly readers: ObjectReaders;
  readonly ids: { readonly [Type in ObjectType]?: ListIds };
  contextFor(merchantId: string): Promise<Context>;
}

const chunk = 500;
const objectTypes: Readonly<Record<string, ObjectType>> = { Order: 'order', Item: 'item' };

/** Sends existing records again, in chunks. Progress is stored, so a restarted server continues. */
export function reflowWorker(parts: ReflowParts): Worker {
  const each = eachMerchant(parts.log, 'webhook reflow');
  return {
    name: 'webhook reflow',
    async runOnce() {
      return each(await merchantsWithReflows(parts.db), async (merchantId) =>
        reflowChunk(parts, await parts.contextFor(merchantId)),
      );
    },
  };
}

function reflowChunk(parts: ReflowParts, context: Context): Promise<number> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const reflow = await lockReflow(context.db, merchantId);
    if (!reflow) return 0;
    const description = required(describe(reflow.eventName), `event ${reflow.eventName}`);
    const objectType = objectTypes[description.payload]!;
    const ids = (await parts.ids[objectType]?.(context, reflow.afterId, chunk)) ?? [];
    const last = ids.at(-1);
    if (last === undefined) {
      await endReflow(context.db, merchantId, reflow);
      return 1;
    }
    const expand = parseExpand(reflow.expansion, expansionsFor(description));
    const texts = [...((await parts.readers[objectType]?.(context, ids, expand)) ?? [])].filter(
      ([, payload]) =>
        reflow.eventRuler === undefined || wanting(payload, context.log)(reflow.eventRuler),
    );
    const places = await takePlaces(context.db, texts.length);
    await insertCaptured(
      context.db,
      merchantId,
      texts.map(([id, payload], index) => ({
        place: places[index]!,
        expansion: reflow.expansion,
        webhookOids: [reflow.webhookOid],
        name: reflow.eventName,
        object: `${objectType} ${id}`,
        payload,
      })),
    );
    await saveReflow(context.db, merchantId, reflow, last);
    return ids.length;
  });
}
