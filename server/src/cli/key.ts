import { permissionResources } from '@perennial/contract/operations.ts';
import { Temporal } from 'temporal-polyfill';
import { readConfig } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import { parseWireDate } from '../kernel/wireDates.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { findMerchant } from '../platform/tenancy/merchantStore.ts';
import { mailUser } from '../staff/accountNewsOperations.ts';
import {
  type ApiKey,
  allPermissions,
  endOf,
  keepOldHoursDefault,
  keepOldHoursMax,
  parseAllowedIps,
  parsePermissions,
} from '../staff/apiKey.ts';
import { createApiKey, replaceKeySecret } from '../staff/apiKeyOperations.ts';
import { listApiKeys, revokeApiKey } from '../staff/apiKeyStore.ts';
import { findAccess } from '../staff/staffStore.ts';
import { countWebhooks } from '../webhooks/webhookStore.ts';
import { type Command, listOf, needed, Obstacle, readVerb, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { newsOfCommand, recordCommand } from './record.ts';

/** `key create|list|rotate|revoke`: the simple keys of a merchant. */
export const keyCommand: Command = {
  usage: 'key create|list|rotate|revoke',
  summary: 'Makes, lists, rotates and revokes keys for the API',
  help: [
    'key create --merchant DEMO --name "billing import" --permissions auto_order_read,' +
      'order_read [--ips 203.0.113.7,2001:db8::/32] [--user 7] [--expires 2027-12-31]',
    'key list   --merchant DEMO',
    'key rotate --merchant DEMO <id> [--keep-old-hours 24] [--expires 2028-12-31]',
    'key revoke --merchant DEMO <id>',
    '',
    '  --permissions  a comma-separated list, or: all, read. Each is <resource>_read or <resource>_write,',
    `                 of ${permissionResources.join(', ')}`,
    '  --ips          addresses and CIDR ranges that the key may be used from; default: any',
    '  --user         the user that the key acts for ("me" of the workflow); it then has what both may do',
    '  --expires      from this date on the key is refused; "never" with rotate ends an earlier date',
    `  --keep-old-hours  how long rotate leaves the old secret valid, from 0 to ${keepOldHoursMax}`,
    '',
    'A new key is printed once, alone on stdout, and stored as a hash. Rotate gives a key another secret: ' +
      'number, permissions and webhooks stay. A revoked key stops ' +
      'working within a second in every process.',
  ].join('\n'),

  async run(args) {
    const { verb, words, values } = readVerb(
      'key',
      args,
      {
        merchant: { type: 'string' },
        name: { type: 'string' },
        permissions: { type: 'string' },
        ips: { type: 'string' },
        user: { type: 'string' },
        expires: { type: 'string' },
        'keep-old-hours': { type: 'string' },
      },
      {
        create: ['merchant', 'name', 'permissions', 'ips', 'user', 'expires'],
        list: ['merchant'],
        rotate: ['merchant', '<id>', 'keep-old-hours', 'expires'],
        revoke: ['merchant', '<id>'],
      },
    );
    const action = actionOf(verb, words, values);
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      const merchantId = needed(values.merchant, '--merchant');
      const merchant = await findMerchant(store.db, merchantId);
      if (!merchant)
        throw new Obstacle(
          `there is no merchant ${merchantId}; make one: perennial merchant create --id ${merchantId} --name …`,
        );
      const { timeZone } = merchant;
      await action(store.db, merchantId, expiryOf(values.expires, timeZone), timeZone);
    } finally {
      await store.close();
    }
  },
};

type Values = {
  readonly [Name in
    | 'merchant'
    | 'name'
    | 'permissions'
    | 'ips'
    | 'user'
    | 'expires'
    | 'keep-old-hours']?: string | undefined;
};
/** The moment of --expires; null for `never`, undefined if the option is absent. */
type Expiry = Temporal.Instant | null | undefined;
type Action = (db: Database, merchantId: string, expiresAt: Expiry, zone: string) => Promise<void>;

/** A day without an offset starts in the merchant's zone. */
function expiryOf(text: string | undefined, zone: string): Expiry {
  if (text === undefined) return undefined;
  if (text === 'never') return null;
  const parsed = parseWireDate(text, zone);
  if (!parsed.ok) throw new UsageError('--expires: give a date, for example 2027-12-31, or never');
  if (Temporal.Instant.compare(parsed.value, systemClock.now()) <= 0)
    throw new UsageError('--expires: the date is in the past; perennial key revoke ends a key now');
  return parsed.value;
}

/** All faults of the arguments are reported before the database is opened. */
function actionOf(
  verb: 'create' | 'list' | 'rotate' | 'revoke',
  words: readonly string[],
  values: Values,
): Action {
  needed(values.merchant, '--merchant');
  switch (verb) {
    case 'create':
      return create(values);
    case 'list':
      return list;
    case 'rotate':
      return rotate(words[0], values['keep-old-hours']);
    case 'revoke':
      return revoke(words[0]);
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

  return async (db, merchantId, expiresAt) => {
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
      ...(expiresAt ? { expiresAt } : {}),
    };
    const { key, stored } = await db.transaction(async (tx) => {
      const made = await createApiKey(tx, randomIds, details, systemClock.now());
      const act = { act: 'key create', ...named(made.stored.keyId), after: details };
      await recordCommand(tx, act, merchantId);
      await mailHolder(tx, made.stored, 'key');
      return made;
    });
    console.error(
      `Key ${stored.keyId} of ${merchantId}, "${name}": ${stored.permissions.join(', ')}. It is shown this once:`,
    );
    console.log(key);
  };
}

async function mailHolder(
  tx: Database,
  { merchantId, userId, keyId, name }: ApiKey,
  change: 'key' | 'key_secret',
): Promise<void> {
  if (userId === undefined) return;
  await mailUser(tx, merchantId, userId, newsOfCommand(change, `Key ${keyId}, "${name}"`));
}

const named = (keyId: number) => ({ objectType: 'key', objectId: String(keyId) });

const list: Action = async (db, merchantId, _expiresAt, zone) => {
  const keys = await listApiKeys(db, merchantId);
  console.log(
    keys.length === 0
      ? `${merchantId} has no keys.`
      : table([
          ['id', 'begins', 'state', 'made', 'last used', 'from', 'name', 'permissions'],
          ...keys.map((key) => rowOf(key, zone)),
        ]),
  );
};

function rowOf(key: ApiKey, zone: string): string[] {
  const dayOf = (at: Temporal.Instant | undefined): string =>
    at?.toZonedDateTimeISO(zone).toPlainDate().toString() ?? '';
  return [
    String(key.keyId),
    key.prefix,
    stateOf(key, dayOf),
    dayOf(key.createdAt),
    key.lastUsedAt ? `${dayOf(key.lastUsedAt)} from ${key.lastUsedAddress}` : 'never',
    key.allowedIps.join(',') || 'anywhere',
    key.name,
    key.permissions.join(','),
  ];
}

function stateOf(key: ApiKey, dayOf: (at: Temporal.Instant | undefined) => string): string {
  const end = endOf(key, false, systemClock.now);
  if (end === 'revoked') return `revoked ${dayOf(key.revokedAt)}`;
  if (end === 'expired') return `expired ${dayOf(key.expiresAt)}`;
  const isOldValid = key.previousUntil && endOf(key, true, systemClock.now) === undefined;
  return [
    key.expiresAt ? `valid until ${dayOf(key.expiresAt)}` : 'valid',
    ...(isOldValid ? [`old secret until ${dayOf(key.previousUntil)}`] : []),
  ].join(', ');
}

function rotate(id: string | undefined, hours: string | undefined): Action {
  const keyId = keyIdOf(id);
  const keepOldHours = Number(hours ?? keepOldHoursDefault);
  if (!/^\d+$/.test(hours ?? '0') || keepOldHours > keepOldHoursMax)
    throw new UsageError(`--keep-old-hours: give a whole number from 0 to ${keepOldHoursMax}`);
  return async (db, merchantId, expiresAt) => {
    const issued = await db.transaction(async (tx) => {
      const rotation = { keepOldHours, expiresAt };
      const key = { merchantId, keyId };
      const made = await replaceKeySecret(tx, randomIds, key, rotation, systemClock.now());
      const act = { act: 'key rotate', ...named(keyId), after: { keepOldHours, expiresAt } };
      if (made) {
        await recordCommand(tx, act, merchantId);
        await mailHolder(tx, made.stored, 'key_secret');
      }
      return made;
    });
    if (!issued) return noKey(merchantId, keyId);
    const until = issued.stored.previousUntil?.toString({ smallestUnit: 'second' });
    console.error(
      `Key ${keyId} of ${merchantId} has a new secret; the old one is valid until ${until}. ` +
        'The new one is shown this once:',
    );
    console.log(issued.key);
  };
}

function keyIdOf(id: string | undefined): number {
  if (id !== undefined && /^\d{1,15}$/.test(id)) return Number(id);
  throw new UsageError('give the id of the key; perennial key list shows it');
}

function noKey(merchantId: string, keyId: number): never {
  throw new Obstacle(
    `${merchantId} has no valid key ${keyId}; see: perennial key list --merchant ${merchantId}`,
  );
}

function revoke(id: string | undefined): Action {
  const keyId = keyIdOf(id);
  return async (db, merchantId) => {
    const isRevoked = await db.transaction(async (tx) => {
      const revoked = await revokeApiKey(tx, merchantId, keyId, systemClock.now());
      if (revoked) await recordCommand(tx, { act: 'key revoke', ...named(keyId) }, merchantId);
      return revoked;
    });
    if (!isRevoked) return noKey(merchantId, keyId);
    const webhooks = await countWebhooks(db, merchantId, `key:${keyId}`);
    console.log(
      `Key ${keyId} of ${merchantId} is revoked.${webhooks > 0 ? stopping(webhooks) : ''}`,
    );
  };
}

const stopping = (webhooks: number): string =>
  ` Its webhooks (${webhooks}) stop with it; PUT /perennial/v1/webhooks/{webhookOid}/owner moves them to another key.`;
