import { DistributionCenter } from '@perennial/contract/fulfillment.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { deleteCenter, findCenter, listCenters, saveCenter } from './centerStore.ts';
import { defaultCenter } from './shipping.ts';
import { findWaiting } from './waitingStore.ts';

/** The default center of a merchant that has not changed it. */
const unchangedDefault: DistributionCenter = {
  code: defaultCenter,
  name: 'Default',
  distribution_center_oid: 0,
};

const withDefaultMark = (center: DistributionCenter): DistributionCenter => ({
  ...center,
  default_center: center.code === defaultCenter,
});

/** Returns a merchant's distribution centers, the default center first. */
export async function getCenters({ db, merchant }: Context): Promise<DistributionCenter[]> {
  const centers = await listCenters(db, merchant.merchantId);
  const first = centers.find(({ code }) => code === defaultCenter) ?? unchangedDefault;
  return [first, ...centers.filter(({ code }) => code !== defaultCenter)].map(withDefaultMark);
}

/** Returns one of a merchant's centers by its code in any case, or refuses. */
export async function requireCenter(context: Context, code: string): Promise<DistributionCenter> {
  const stored = upperCode(code);
  const center = await findCenter(context.db, context.merchant.merchantId, stored);
  return center ?? (stored === defaultCenter ? unchangedDefault : noCenter(code));
}

const noCenter = (code: string): never =>
  refuse('not_found', { what: 'distribution center', id: code });

const codePattern = /^[A-Z0-9_-]{1,20}$/;

/** Inserts a distribution center, or changes the one with this code, and returns it. */
export async function putCenter(
  context: Context,
  code: string,
  body: DistributionCenter,
): Promise<DistributionCenter> {
  const { merchantId, timeZone } = context.merchant;
  const stored = upperCode(code);
  if (!codePattern.test(stored))
    refuse('invalid_field', {
      field: 'distribution_center_code',
      reason: 'is not a valid code',
      fix: 'Send 1 to 20 letters, digits, hyphens and underscores',
    });
  const change = writable(DistributionCenter, body, timeZone);
  return inTransaction(context, async ({ db }) => {
    const before = await findCenter(db, merchantId, stored, { lock: true });
    const center = merged<DistributionCenter>(
      before ?? {
        code: stored,
        distribution_center_oid: await takeNumbers(db, merchantId, 'distribution_center', 1),
      },
      change,
    );
    await saveCenter(db, merchantId, stored, center);
    return withDefaultMark(center);
  });
}

/** Deletes a distribution center. Refuses the default center, and one at which orders wait. */
export async function removeCenter(context: Context, code: string): Promise<void> {
  const { merchantId } = context.merchant;
  const stored = upperCode(code);
  await inTransaction(context, async ({ db }) => {
    const center = await findCenter(db, merchantId, stored, { lock: true });
    if (stored === defaultCenter)
      refuse('state_conflict', {
        reason: 'The default distribution center cannot be deleted',
        fix: 'Change its fields instead',
      });
    if (center === undefined) return noCenter(code);
    const [waiting] = await findWaiting(db, merchantId, stored, 1);
    if (waiting !== undefined)
      refuse('state_conflict', {
        reason: `Orders wait at the distribution center ${stored}, the first is ${waiting}`,
        fix: 'Ship them, or give their lines another distribution_center_code',
      });
    await deleteCenter(db, merchantId, stored);
  });
}
