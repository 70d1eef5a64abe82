import { permissionResources } from '@perennial/contract/operations.ts';
import { readConfig } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { findMerchant } from '../platform/tenancy/merchantStore.ts';
import { type ApiKey, allPermissions, parseAllowedIps, parsePermissions } from '../staff/apiKey.ts';
import { createApiKey } from '../staff/apiKeyOperations.ts';
import { listApiKeys, revokeApiKey } from '../staff/apiKeyStore.ts';
import { findAccess } from '../staff/staffStore.ts';
import { countWebhooks } from '../webhooks/webhookStore.ts';
import { type Command, listOf, needed, Obstacle, readArgs, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/** `key create|list|revoke`: the simple keys of a merchant. */
export const keyCommand: Command = {
  usage: 'key create|list|revoke',
  summary: 'Makes, lists and revokes keys for the API',
  help: [
    'key create --merchant DEMO --name "billing import" --permissions auto_order_read,' +
      'order_read [--ips 203.0.113.7,2001:db8::/32] [--user 7]',
    'key list   --merchant DEMO',
    'key revoke --merchant DEMO <id>',
    '',
    '  --permissions  a comma list, or: all, read. Each is <resource>_read or <resource>_write,',
    `                 of ${permissionResources.join(', ')}`,
    '  --ips          addresses and CIDR ranges that the key may be used from; default: any',
    '  --user         the user that the key acts for ("me" of the workflow); it then has what both may do',
    '',
    'A new key is printed once, alone on stdout, and stored as a hash. A revoked key stops ' +
      'working within a second in every process.',
  ].join('\n'),

  async run(args) {
    const { values, positionals } = readArgs(args, {
      merchant: { type: 'string' },
      name: { type: 'string' },
      permissions: { type: 'string' },
      ips: { type: 'string' },
      user: { type: 'string' },
    });
    const [verb, ...words] = positionals;
    const action = actionOf(verb, words, values);
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      const merchantId = needed(values.merchant, '--merchant');
      if (!(await findMerchant(store.db, merchantId)))
        throw new Obstacle(
          `there is no merchant ${merchantId}; make one: perennial merchant create --id ${merchantId} --name …`,
        );
      await action(store.db, merchantId);
    } finally {
      await store.close();
    }
  },
};

type Values = {
  readonly [Name in 'merchant' | 'name' | 'permissions' | 'ips' | 'user']?: string | undefined;
};
type Action = (db: Database, merchantId: string) => Promise<void>;

/** All faults of the arguments are reported before the database is opened. */
function actionOf(verb: string | undefined, words: readonly string[], values: Values): Action {
  needed(values.merchant, '--merchant');
  switch (verb) {
    case 'create':
      return create(values);
    case 'list':
      return list;
    case 'revoke':
      return revoke(words[0]);
    default:
      throw new UsageError(
        verb === undefined
          ? 'give a command: create, list or revoke'
          : `key ${verb} is not a command; use create, list or revoke`,
      );
  }
}

function create(values: Values): Action {
  const name = needed(values.name, '--name');
  const permissions = parsePermissions(listOf(needed(values.permissions, '--permissions')));
  if (!permissions.ok)
    throw new UsageError(
      `--permissions: there is no ${permissions.reason}; there are ${allPermissions.join(', ')}`,
    );
  const allowedIps = parseAllowedIps(listOf(values.ips));
  if (!allowedIps.ok)
    throw new UsageError(
      `--ips: ${allowedIps.reason} is neither an address nor a range such as 10.0.0.0/8`,
    );
  if (values.user !== undefined && !/^\d{1,9}$/.test(values.user))
    throw new UsageError('--user: give the number of a user');
  const userId = values.user === undefined ? {} : { userId: Number(values.user) };

  return async (db, merchantId) => {
    if (userId.userId !== undefined && !(await findAccess(db, merchantId, userId.userId)))
      throw new Obstacle(
        `${merchantId} has no user ${userId.userId}; see: perennial user list --merchant ${merchantId}`,
      );
    const details = {
      merchantId,
      name,
      permissions: permissions.value,
      allowedIps: allowedIps.value,
      ...userId,
    };
    const { key, stored } = await db.transaction(async (tx) => {
      const made = await createApiKey(tx, randomIds, details, systemClock.now());
      const act = { act: 'key create', ...named(made.stored.keyId), after: details };
      await recordCommand(tx, act, merchantId);
      return made;
    });
    console.error(
      `Key ${stored.keyId} of ${merchantId}, "${name}": ${stored.permissions.join(', ')}. It is shown this once:`,
    );
    console.log(key);
  };
}

const named = (keyId: number) => ({ objectType: 'key', objectId: String(keyId) });

async function list(db: Database, merchantId: string): Promise<void> {
  const keys = await listApiKeys(db, merchantId);
  console.log(
    keys.length === 0
      ? `${merchantId} has no keys.`
      : table([
          ['id', 'begins', 'state', 'made', 'from', 'name', 'permissions'],
          ...keys.map(rowOf),
        ]),
  );
}

function rowOf(key: ApiKey): string[] {
  const state = key.revokedAt ? `revoked ${key.revokedAt.toString().slice(0, 10)}` : 'valid';
  return [
    String(key.keyId),
    key.prefix,
    state,
    key.createdAt.toString().slice(0, 10),
    key.allowedIps.join(',') || 'anywhere',
    key.name,
    key.permissions.join(','),
  ];
}

function revoke(id: string | undefined): Action {
  if (id === undefined || !/^\d{1,15}$/.test(id))
    throw new UsageError('give the id of the key; perennial key list shows it');
  return async (db, merchantId) => {
    const isRevoked = await db.transaction(async (tx) => {
      const revoked = await revokeApiKey(tx, merchantId, Number(id), systemClock.now());
      if (revoked) await recordCommand(tx, { act: 'key revoke', ...named(Number(id)) }, merchantId);
      return revoked;
    });
    if (!isRevoked)
      throw new Obstacle(
        `${merchantId} has no valid key ${id}; see: perennial key list --merchant ${merchantId}`,
      );
    const webhooks = await countWebhooks(db, merchantId, `key:${id}`);
    console.log(`Key ${id} of ${merchantId} is revoked.${webhooks > 0 ? stopping(webhooks) : ''}`);
  };
}

const stopping = (webhooks: number): string =>
  ` Its webhooks (${webhooks}) stop with it; PUT /perennial/v1/webhooks/{webhookOid}/owner moves them to another key.`;
