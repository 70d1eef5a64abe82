import type { ParkedAutoOrder } from '@perennial/contract/perennial.ts';
import { listParked } from '../autoOrders/parkedStore.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { Context } from '../platform/context.ts';
import { type Answer, payload } from '../platform/http/answer.ts';
import type { Page } from '../platform/http/routes.ts';

/** A page of the auto orders that cannot be billed, each with the reason. */
export async function getParked(
  { db, merchant: { merchantId, timeZone } }: Context,
  { limit, offset }: Page,
): Promise<Answer> {
  const found = await listParked(db, merchantId, limit + 1, offset);
  const parked = found.slice(0, limit).map(
    ({ autoOrderOid, autoOrderCode, reason, nextLookAt }): ParkedAutoOrder => ({
      auto_order_oid: autoOrderOid,
      auto_order_code: autoOrderCode,
      reason,
      ...(nextLookAt && { next_look_dts: wireDate(nextLookAt, timeZone) }),
    }),
  );
  const resultSet = { limit, offset, count: parked.length, more: found.length > limit };
  return payload(parked, { resultSet });
}
