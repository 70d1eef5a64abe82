import { systemTaskTypes } from '@perennial/contract/workflow.ts';
import type { Temporal } from 'temporal-polyfill';
import { readObjectFacts } from '../../app/taskObjects.ts';
import { findActive, findEndedByDeclines } from '../../autoOrders/sampleStore.ts';
import { required } from '../../kernel/assert.ts';
import { addDays } from '../../kernel/calendar.ts';
import { seededIds } from '../../kernel/ids.ts';
import { readClock } from '../../platform/clock/merchantClock.ts';
import { systemClock } from '../../platform/clock/systemClock.ts';
import { type Context, systemActor } from '../../platform/context.ts';
import type { RecordedEvent } from '../../platform/events/event.ts';
import { outbox } from '../../platform/events/outbox.ts';
import { openLog } from '../../platform/log.ts';
import type { Database } from '../../platform/storage/database.ts';
import { findMerchant, saveSettingsSection } from '../../platform/tenancy/merchantStore.ts';
import { defaultQuotas } from '../../platform/tenancy/quotas.ts';
import { insertSavedSearch } from '../../workflow/savedSearchOperations.ts';
import { createTasks } from '../../workflow/saveOperations.ts';
import { systemTaskListener } from '../../workflow/systemTaskListener.ts';
import type { NewTask } from '../../workflow/task.ts';

/** The people of the demo merchant, and their group. */
export interface DemoStaff {
  readonly users: readonly { readonly userId: number; readonly name: string }[];
  readonly groupId: number;
}

/**
 * Gives the demo merchant work for its users: rules for every type of system task, the tasks that
 * these rules would have raised for the latest declines, tasks that users wrote, and saved
 * searches.
 */
export async function makeDemoTasks(
  tx: Database,
  merchantId: string,
  staff: DemoStaff,
): Promise<void> {
  await saveSettingsSection(tx, merchantId, 'workflowRules', rulesFor(staff));
  const context = await demoContext(tx, merchantId);
  await raiseForDeclines(context);
  await createTasks(context, await writtenTasks(context, staff));
  await saveSearches(context, staff);
}

const rulesFor = ({ groupId }: DemoStaff) =>
  Object.fromEntries(
    systemTaskTypes.map((type) => [
      type,
      {
        enabled: true,
        assigned_to_group_id: groupId,
        priority: type === 'auto_order_card_update_issue' ? '3 - high' : '2 - medium',
        tags: [type.startsWith('item') ? 'stock' : 'payment'],
        due_days: 2,
      },
    ]),
  );

async function demoContext(db: Database, merchantId: string): Promise<Context> {
  const merchant = required(await findMerchant(db, merchantId), `merchant ${merchantId}`);
  return {
    merchant,
    db,
    now: readClock(merchant.clock, systemClock.now()),
    actor: systemActor,
    events: outbox([]),
    ids: seededIds('demo tasks'),
    log: openLog('warn'),
    requestId: 'demo',
  };
}

const declinedShown = 6;

/** Raises the tasks of the rules for auto orders that declines ended lately. */
async function raiseForDeclines(context: Context): Promise<void> {
  const { db, merchant, now } = context;
  const rows = await findEndedByDeclines(db, merchant.merchantId, declinedShown);
  const zone = merchant.timeZone;
  const events = rows.map(({ oid, reason }, index): RecordedEvent => {
    const isHard = hardReasons.some((hard) => reason.startsWith(hard));
    return {
      name: isHard ? 'auto_order_decline' : 'auto_order_disable',
      objectType: 'auto order',
      objectId: String(oid),
      data: isHard ? { hard: true } : { reason: 'declined' },
      at: addDays(now, -(index % 3), zone),
      eventId: 0,
      stamp: '0',
      objectSequence: 0,
    };
  });
  await systemTaskListener(readObjectFacts)(context, events);
}

const hardReasons = ['stolen card', 'account closed'];

interface Written {
  readonly name: string;
  readonly details: string;
  readonly priority: NewTask['priority'];
  readonly tags: readonly string[];
  readonly about?: 'auto order' | 'order';
  /**
   * The index of the assigned user. If it is absent and `isForGroup` is false, the task is
   * unassigned.
   */
  readonly user?: number;
  readonly isForGroup?: boolean;
  readonly createdDaysAgo: number;
  readonly dueInDays?: number;
  readonly delayDays?: number;
  readonly isClosed?: boolean;
  readonly note?: string;
}

const written: readonly Written[] = [
  {
    name: 'Call back about a late parcel',
    details: 'The parcel of last week has not arrived. The carrier shows it as held.',
    priority: '3 - high',
    tags: ['shipping'],
    about: 'order',
    user: 0,
    createdDaysAgo: 3,
    dueInDays: -1,
    note: 'Carrier case opened, they promise news tomorrow.',
  },
  {
    name: 'Change to the larger bag',
    details: 'The customer asks for the larger bag from the next shipment on.',
    priority: '2 - medium',
    tags: ['change'],
    about: 'auto order',
    isForGroup: true,
    createdDaysAgo: 1,
    dueInDays: 2,
  },
  {
    name: 'Confirm the new address before the next shipment',
    details: 'The customer moves at the end of the month and will write again.',
    priority: '2 - medium',
    tags: ['address'],
    about: 'auto order',
    user: 1,
    createdDaysAgo: 2,
    dueInDays: 6,
    delayDays: 3,
  },
  {
    name: 'Explain a price to a customer',
    details: 'Why does the next order cost more than the last one? A coupon ended.',
    priority: '2 - medium',
    tags: ['price'],
    about: 'auto order',
    createdDaysAgo: 0,
    dueInDays: 1,
  },
  {
    name: 'Write to subscribers of the old grinder',
    details: 'Tell them what replaces it, and when.',
    priority: '1 - low',
    tags: ['catalogue'],
    user: 0,
    createdDaysAgo: 5,
    dueInDays: 10,
  },
  {
    name: 'Refund the shipping of a double order',
    details: 'Two orders on one day; the second was a mistake.',
    priority: '2 - medium',
    tags: ['payment'],
    about: 'order',
    user: 1,
    createdDaysAgo: 4,
    isClosed: true,
    note: 'Done, the customer knows.',
  },
];

async function writtenTasks(context: Context, staff: DemoStaff): Promise<NewTask[]> {
  const objects = await someObjects(context);
  return written.map((task, index) =>
    writtenTask(context, staff, task, task.about && objects[task.about]?.[index]),
  );
}

function writtenTask(
  { ids, now, merchant: { timeZone: zone } }: Context,
  { users, groupId }: DemoStaff,
  task: Written,
  object: DemoObject | undefined,
): NewTask {
  const createdAt = addDays(now, -task.createdDaysAgo, zone);
  const inDays = (days: number | undefined): Temporal.Instant | undefined =>
    days === undefined ? undefined : addDays(now, days, zone);
  const author = required(users[task.user ?? 2] ?? users[0], 'user of the demo');
  return {
    taskUuid: ids.uuid(),
    name: task.name,
    details: task.details,
    ...(object && { object: object.named, objectEmail: object.email }),
    assignedUserId: task.user === undefined ? undefined : users[task.user]?.userId,
    assignedGroupId: task.isForGroup === true ? groupId : undefined,
    priority: task.priority,
    status: task.isClosed === true ? 'closed' : task.delayDays === undefined ? 'open' : 'delayed',
    createdAt,
    updatedAt: createdAt,
    dueAt: inDays(task.dueInDays),
    delayUntil: inDays(task.delayDays),
    createdBy: author,
    tags: task.tags,
    properties: [],
    attachments: [],
    notes:
      task.note === undefined
        ? []
        : [{ text: task.note, at: addDays(now, 0, zone), by: author, attachments: [] }],
    version: 1,
  };
}

interface DemoObject {
  readonly named: NonNullable<NewTask['object']>;
  readonly email?: string | undefined;
}

/** Some active auto orders and their original orders. */
async function someObjects({
  db,
  merchant,
}: Context): Promise<Readonly<Record<'auto order' | 'order', readonly DemoObject[]>>> {
  const rows = await findActive(db, merchant.merchantId, written.length);
  return {
    'auto order': rows.map(({ oid, code, email }) => ({
      named: { type: 'auto order', key: String(oid), id: code },
      email: email ?? undefined,
    })),
    order: rows.map(({ orderId: id, email }) => ({
      named: { type: 'order', key: id, id },
      email: email ?? undefined,
    })),
  };
}

async function saveSearches(context: Context, { users }: DemoStaff): Promise<void> {
  const owner = required(users[0], 'user of the demo');
  const own: Context = {
    ...context,
    actor: { kind: 'key', permissions: new Set(['workflow_read']), ...owner },
  };
  await insertSavedSearch(own, defaultQuotas, {
    name: 'Payments to collect',
    shared: true,
    search: { tags: ['payment'], status: 'open' },
  });
  await insertSavedSearch(own, defaultQuotas, {
    name: 'Urgent and not taken',
    shared: true,
    search: { unassigned: true, status: 'open' },
    sort: '-priority',
  });
}
