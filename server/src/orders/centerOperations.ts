import { DistributionCenter } from '@perennial/contract/fulfillment.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { addCenter, deleteCenter, findCenter, listCenters, saveCenter } from './centerStore.ts';
import { defaultCenter } from './shipping.ts';
import { findWaitingOrders } from './waitingStore.ts';

/**
 * The oid of the default center of every merchant. Oids of other centers count from 1 and never get
 * this high. An oid of 0 would mean no center to clients.
 */
const defaultCenterOid = 2_147_483_647;

/** The default center of a merchant that has not changed it. */
const unchangedDefault: DistributionCenter = {
  code: defaultCenter,
  name: 'Default',
  distribution_center_oid: defaultCenterOid,
};

/**
 * Returns a stored center with its oid. Earlier releases stored the default center with the oid 0.
 */
const withOid = (center: DistributionCenter): DistributionCenter =>
  center.code === defaultCenter ? { ...center, distribution_center_oid: defaultCenterOid } : center;

const withDefaultMark = (center: DistributionCenter): DistributionCenter => ({
  ...withOid(center),
  default_center: center.code === defaultCenter,
});

/** Returns a merchant's distribution centers, the default center first. */
export async function getCenters({ db, merchant }: Context): Promise<DistributionCenter[]> {
  const centers = await listCenters(db, merchant.merchantId);
  const first = centers.find(({ code }) => code === defaultCenter) ?? unchangedDefault;
  return [first, ...centers.filter(({ code }) => code !== defaultCenter)].map(withDefaultMark);
}

/** Returns one of a merchant's centers by its code, ignoring case, or refuses the request. */
export async function requireCenter(context: Context, code: string): Promise<DistributionCenter> {
  const stored = upperCode(code);
  const center = await findCenter(context.db, context.merchant.merchantId, stored);
  if (center !== undefined) return withOid(center);
  return stored === defaultCenter ? unchangedDefault : noCenter(code);
}

const noCenter = (code: string): never =>
  refuse('not_found', { what: 'distribution center', id: code, by: 'code' });

/** Returns the text by which the log names a center. */
const named = (code: string) => ({ objectType: 'distribution center', objectId: code });

const codePattern = /^[A-Z0-9_-]{1,20}$/;

/** Inserts a distribution center and returns it. */
export async function insertCenter(
  context: Context,
  body: DistributionCenter,
): Promise<DistributionCenter> {
  const { merchantId, timeZone } = context.merchant;
  const given = merged<DistributionCenter>({}, writable(DistributionCenter, body, timeZone));
  const code = upperCode(given.code ?? '');
  if (code === '') return refuse('missing_field', { field: 'code' });
  if (!codePattern.test(code))
    refuse('invalid_field', {
      field: 'code',
      reason: 'is not a valid code',
      fix: 'Send 1 to 20 letters, digits, hyphens and underscores',
    });
  if (code === defaultCenter) return refuseTaken(code);
  const oid = await takeNumbers(context.db, merchantId, 'distribution_center', 1);
  const center = { ...given, code, distribution_center_oid: oid };
  return inTransaction(context, async (context) => {
    if (!(await addCenter(context.db, merchantId, code, center))) return refuseTaken(code);
    await recordAct(context, { act: 'insertDistributionCenter', ...named(code), after: center });
    return withDefaultMark(center);
  });
}

const refuseTaken = (code: string): never =>
  refuse('state_conflict', {
    reason: `code ${code} is taken by another distribution center`,
    fix: 'Send an unused code, or update that center',
  });

/** Changes a distribution center and returns it. */
export async function updateCenter(
  context: Context,
  code: string,
  body: DistributionCenter,
): Promise<DistributionCenter> {
  const { merchantId, timeZone } = context.merchant;
  const stored = upperCode(code);
  const { code: renamed, ...change } = writable(DistributionCenter, body, timeZone);
  if (renamed != null && upperCode(renamed) !== stored)
    refuse('invalid_field', {
      field: 'code',
      reason: `cannot change from ${stored}`,
      fix: 'Insert another distribution center instead; orders name this one by its code',
    });
  return inTransaction(context, async (context) => {
    const before =
      (await findCenter(context.db, merchantId, stored, { lock: true })) ??
      (await requireCenter(context, code));
    const center = merged<DistributionCenter>(before, change);
    await saveCenter(context.db, merchantId, stored, center);
    const changes = { before, after: center };
    await recordAct(context, { act: 'updateDistributionCenter', ...named(stored), ...changes });
    return withDefaultMark(center);
  });
}

/** Deletes a distribution center. Refuses the default center, and a center with waiting orders. */
export async function removeCenter(context: Context, code: string): Promise<void> {
  const { merchantId } = context.merchant;
  const stored = upperCode(code);
  await inTransaction(context, async (context) => {
    const { db } = context;
    if (stored === defaultCenter)
      refuse('state_conflict', {
        reason: 'The default distribution center cannot be deleted',
        fix: 'Change its fields instead',
      });
    const center = await findCenter(db, merchantId, stored, { lock: true });
    if (center === undefined) return noCenter(code);
    const [waiting] = await findWaitingOrders(db, merchantId, stored, 1);
    if (waiting !== undefined)
      refuse('state_conflict', {
        reason: `Orders wait at the distribution center ${stored}, the first is ${waiting}`,
        fix: 'Ship them, or give their lines another distribution_center_code',
      });
    await deleteCenter(db, merchantId, stored);
    const before = center;
    await recordAct(context, { act: 'deleteDistributionCenter', ...named(stored), before });
  });
}
