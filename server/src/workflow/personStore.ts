import {
  byMention,
  columnsAs,
  mentionsIn,
  type Person,
  type PersonKeeper,
} from '../platform/privacy/person.ts';
import type { Database } from '../platform/storage/database.ts';

const ofTasks = { where: 'task_uuid = any($2::text[])', match: 'taskUuids' } as const;
const ofMentioning = {
  where: 'task_uuid = any($2::text[])',
  match: 'mentioningTaskUuids',
  isMention: true,
} as const;
const taskTexts = 'name details context object_url object_email created_by_name search_text';

/**
 * The personal data in tasks. Tasks about a person are deleted; other tasks lose the person's
 * words.
 */
export const workflowPeople: PersonKeeper = {
  find: findTasks,
  tables: [
    { table: 'workflow_history', key: ['task_uuid', 'history_id'], ...ofTasks },
    {
      // A worker deletes the bytes of a file without a task before its row.
      table: 'workflow_file',
      key: ['file_uuid'],
      ...ofTasks,
      columns: { task_uuid: 'null', asked_at: { to: "timestamptz '1970-01-01Z'" } },
      kept: 'file_uuid mime_type',
    },
    { table: 'workflow_task', key: ['global_number'], ...ofTasks },
    {
      table: 'workflow_history',
      key: ['task_uuid', 'history_id'],
      ...byMention('description'),
      columns: { description: 'text' },
      kept: 'task_uuid ip_address user_name',
    },
    {
      table: 'workflow_task',
      key: ['global_number'],
      ...ofMentioning,
      columns: {
        ...columnsAs('text', taskTexts),
        ...columnsAs('jsonb', 'properties attachments notes'),
        tags: 'texts',
      },
      kept:
        'task_uuid object_type object_key object_id related_uuid dependant_uuid priority status ' +
        'system_type card_mark',
    },
    {
      table: 'saved_search',
      key: ['saved_search_oid'],
      ...byMention('name, search, filters'),
      columns: { name: 'text', ...columnsAs('jsonb', 'search filters') },
      kept: 'owner owner_name sort kind columns',
    },
  ],
};

async function findTasks(
  db: Database,
  merchantId: string,
  found: Person,
): Promise<Partial<Person>> {
  const tasks = await db.rows<{ uuid: string }>(
    `select task_uuid as uuid from workflow_task where merchant_id = $1
       and (object_type = 'order' and object_key = any($2::text[])
         or object_type = 'auto order' and object_key = any($3::text[])
         or object_type = 'customer profile' and object_key = any($4::text[])
         or lower(object_email) = any($5::text[])) order by 1`,
    [
      merchantId,
      found.orderIds,
      found.autoOrderOids.map(String),
      found.customerOids.map(String),
      found.emails,
    ],
  );
  const taskUuids = tasks.map(({ uuid }) => uuid);
  return { taskUuids, mentioningTaskUuids: await findMentioning(db, merchantId, found, taskUuids) };
}

async function findMentioning(
  db: Database,
  merchantId: string,
  { mentions }: Person,
  taskUuids: readonly string[],
): Promise<string[]> {
  if (mentions.length === 0) return [];
  const texts = `${taskTexts.split(' ').join(', ')}, properties, attachments, notes, tags::text`;
  const tasks = await db.rows<{ uuid: string }>(
    `select task_uuid as uuid from workflow_task
     where merchant_id = $1 and task_uuid <> all($3::text[]) and ${mentionsIn(texts)} order by 1`,
    [merchantId, mentions, taskUuids],
  );
  return tasks.map(({ uuid }) => uuid);
}
