import { readConfig } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { Database } from '../platform/storage/database.ts';
import { findMerchant } from '../platform/tenancy/merchantStore.ts';
import { isLogin } from '../staff/access.ts';
import { mailUser } from '../staff/accountNewsOperations.ts';
import { allPermissions, parsePermissions } from '../staff/apiKey.ts';
import { hashPassword } from '../staff/password.ts';
import { deleteFactor } from '../staff/secondFactorStore.ts';
import { findLogin, insertUser, listLogins, lockUser, saveUser } from '../staff/staffStore.ts';
import { type Command, listOf, needed, Obstacle, readVerb, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { newsOfCommand, recordCommand } from './record.ts';

/** `user create|list|password`: the first users of a merchant. They can add others over the API. */
export const userCommand: Command = {
  usage: 'user create|list|password|second-factor',
  summary: 'Makes users who can log in',
  help: [
    'user create   --merchant DEMO --login ann --name "Ann Smith" --permissions all [--email ann@example.com]',
    'user list     --merchant DEMO',
    'user password --merchant DEMO --login ann',
    'user second-factor --merchant DEMO --login ann --checked "called back at the number in the personnel file"',
    '                     removes it, for a user who lost app and recovery codes',
    '',
    '  --login        1 to 50 letters, digits or . _ @ + -',
    '  --permissions  a comma-separated list, or: all, read',
    '  --email        gets news about the account, such as a new password',
    '  --checked      how you made sure who asks; it is kept in the audit log',
    '',
    'A new password is printed once, alone on stdout. Users are read and changed over the API: /rest/v2/user/users.',
  ].join('\n'),

  async run(args) {
    const { verb, values } = readVerb(
      'user',
      args,
      {
        merchant: { type: 'string' },
        login: { type: 'string' },
        name: { type: 'string' },
        permissions: { type: 'string' },
        email: { type: 'string' },
        checked: { type: 'string' },
      },
      {
        create: ['merchant', 'login', 'name', 'permissions', 'email'],
        list: ['merchant'],
        password: ['merchant', 'login'],
        'second-factor': ['merchant', 'login', 'checked'],
      },
    );
    const action = actionOf(verb, values);
    const merchantId = needed(values.merchant, '--merchant');
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      if (!(await findMerchant(store.db, merchantId)))
        throw new Obstacle(
          `there is no merchant ${merchantId}; make one: perennial merchant create --id ${merchantId} --name …`,
        );
      await action(store.db, merchantId, config.strict);
    } finally {
      await store.close();
    }
  },
};

type Values = {
  readonly [Name in 'merchant' | 'login' | 'name' | 'permissions' | 'email' | 'checked']?:
    | string
    | undefined;
};
/** On a strict installation a printed password is temporary: its user must replace it (ADR 80). */
type Action = (db: Database, merchantId: string, isStrict: boolean) => Promise<void>;

function actionOf(verb: 'create' | 'list' | 'password' | 'second-factor', values: Values): Action {
  switch (verb) {
    case 'create':
      return create(values);
    case 'list':
      return list;
    case 'password':
      return newPassword(needed(values.login, '--login'));
    case 'second-factor':
      return removeFactor(needed(values.login, '--login'), checkedIn(values));
  }
}

function create(values: Values): Action {
  const login = needed(values.login, '--login');
  if (!isLogin(login)) throw new UsageError('--login: give 1 to 50 letters, digits or . _ @ + -');
  const permissions = parsePermissions(listOf(needed(values.permissions, '--permissions')));
  if (!permissions.ok)
    throw new UsageError(
      `--permissions: there is no ${permissions.reason}; there are ${allPermissions.join(', ')}`,
    );
  const document = {
    login,
    ...(values.name ? { full_name: values.name } : {}),
    ...(values.email ? { email: values.email } : {}),
  };

  return async (db, merchantId, isStrict) => {
    const userId = await takeNumbers(db, merchantId, 'user', 1);
    const password = randomIds.secret(passwordBytes);
    const user = { userId, login, permissions: permissions.value, groupOids: [], document };
    const passwordHash = await hashPassword(password, randomIds);
    const isInserted = await db.transaction(async (tx) => {
      const now = systemClock.now();
      if (!(await insertUser(tx, merchantId, user, passwordHash, now, isStrict))) return false;
      const after = { ...document, permissions: permissions.value };
      await recordCommand(tx, { act: 'user create', ...named(userId), after }, merchantId);
      return true;
    });
    if (!isInserted)
      throw new Obstacle(
        `${merchantId} has a user ${login} already; give another --login, or: perennial user password`,
      );
    console.error(`User ${userId} of ${merchantId}, "${login}". The password, shown this once:`);
    console.log(password);
  };
}

async function list(db: Database, merchantId: string): Promise<void> {
  const users = await listLogins(db, merchantId);
  console.log(
    users.length === 0
      ? `${merchantId} has no users.`
      : table([
          ['id', 'login', 'name', 'can log in'],
          ...users.map(({ userId, login, name, hasPassword }) => [
            String(userId),
            login,
            name,
            hasPassword ? 'yes' : 'no',
          ]),
        ]),
  );
}

function newPassword(login: string): Action {
  return async (db, merchantId, isStrict) => {
    const password = randomIds.secret(passwordBytes);
    const passwordHash = await hashPassword(password, randomIds);
    const found = await findLogin(db, merchantId, login);
    const user = await db.transaction(async (tx) => {
      const user = found && (await lockUser(tx, merchantId, found.userId));
      if (!user) return undefined;
      await saveUser(tx, merchantId, user, passwordHash, systemClock.now(), isStrict);
      const after = { password: 'new' };
      await recordCommand(tx, { act: 'user password', ...named(user.userId), after }, merchantId);
      await mailUser(tx, merchantId, user.userId, newsOfCommand('password'));
      return user;
    });
    if (!user)
      throw new Obstacle(
        `${merchantId} has no user ${login}; see: perennial user list --merchant ${merchantId}`,
      );
    console.error(`The new password of ${login}, shown this once:`);
    console.log(password);
  };
}

/** Thieves often claim a lost factor, so the operator states what was checked. */
function checkedIn({ checked }: Values): string {
  const text = needed(checked, '--checked').trim();
  if (text.length < 10 || text.length > 200)
    throw new UsageError('--checked: say in 10 to 200 characters how you made sure who asks');
  return text;
}

function removeFactor(login: string, checked: string): Action {
  return async (db, merchantId) => {
    const found = await findLogin(db, merchantId, login);
    const isRemoved = await db.transaction(async (tx) => {
      if (!found || !(await deleteFactor(tx, merchantId, found.userId))) return false;
      const act = { act: 'user second-factor', ...named(found.userId), after: { checked } };
      await recordCommand(tx, act, merchantId);
      await mailUser(tx, merchantId, found.userId, newsOfCommand('second_factor_off'));
      return true;
    });
    if (!isRemoved) throw new Obstacle(`${merchantId} has no user ${login} with a second factor`);
    console.log(`${login} logs in with the password alone.`);
  };
}

const passwordBytes = 12;

const named = (userId: number) => ({ objectType: 'user', objectId: String(userId) });
