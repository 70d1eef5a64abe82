import { readConfig } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import {
  type Application,
  type ApplicationKind,
  applicationKinds,
  redirectUriFault,
} from '../oauth/application.ts';
import {
  findApplication,
  insertApplication,
  listApplications,
  setDisabled,
  setKind,
} from '../oauth/applicationStore.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { allPermissions, parsePermissions } from '../staff/apiKey.ts';
import { hashSecret, secretBytes } from '../staff/credential.ts';
import { type Command, listOf, needed, Obstacle, readVerb, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/**
 * `application create|list|kind|disable|enable`: the applications that users may connect by OAuth.
 */
export const applicationCommand: Command = {
  usage: 'application create|list|kind|disable|enable',
  summary: 'Registers and disables applications for OAuth',
  help: [
    'application create --name "Shipping Desk" --permissions order_read,item_read ' +
      '--redirect-uris https://desk.example/callback [--description "It prints labels."] ' +
      '[--confidential | --public] [--device-scope crm]',
    'application list',
    'application kind    <client id> confidential|public|compatible',
    'application disable <client id>',
    'application enable  <client id>',
    '',
    '  --permissions    what it requests from each user: a comma-separated list, or: all, read',
    '  --redirect-uris  the addresses that may receive its codes: a comma-separated list of https ' +
      "addresses, http ones on this machine, or an app's own scheme; each must match exactly",
    '  --description    shown to the user who is asked to allow it',
    '  --confidential   makes a client secret, which it must send for each token (--secret: the same)',
    '  --public         runs in a browser or on a phone and can keep no secret; must use PKCE',
    '                   neither: needs no secret and no PKCE, like the clients that UltraCart publishes',
    '  --device-scope   lets devices connect, which then send this scope',
    '',
    'Users of every merchant may connect it. The client id of a new one is printed alone on ' +
      'stdout, its secret on a second line. Within a second, all',
    'requests of a disabled one get 410. Once it is enabled again, its tokens work again.',
  ].join('\n'),

  async run(args) {
    const {
      verb,
      words: [clientId, kind],
      values,
    } = readVerb(
      'application',
      args,
      {
        name: { type: 'string' },
        permissions: { type: 'string' },
        'redirect-uris': { type: 'string' },
        description: { type: 'string' },
        secret: { type: 'boolean' },
        confidential: { type: 'boolean' },
        public: { type: 'boolean' },
        'device-scope': { type: 'string' },
      },
      {
        create: [
          'name',
          'permissions',
          'redirect-uris',
          'description',
          'secret',
          'confidential',
          'public',
          'device-scope',
        ],
        list: [],
        kind: ['<client id>', '<kind>'],
        disable: ['<client id>'],
        enable: ['<client id>'],
      },
    );
    const action = actionOf(verb, values, clientId, kind);
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      await action(store.db);
    } finally {
      await store.close();
    }
  },
};

interface Values {
  readonly name?: string | undefined;
  readonly permissions?: string | undefined;
  readonly 'redirect-uris'?: string | undefined;
  readonly description?: string | undefined;
  readonly secret?: boolean | undefined;
  readonly confidential?: boolean | undefined;
  readonly public?: boolean | undefined;
  readonly 'device-scope'?: string | undefined;
}
type Action = (db: Database) => Promise<void>;

/** All faults of the arguments are reported before the database is opened. */
function actionOf(
  verb: 'create' | 'list' | 'kind' | 'disable' | 'enable',
  values: Values,
  clientId: string | undefined,
  kind: string | undefined,
): Action {
  switch (verb) {
    case 'create':
      return create(values);
    case 'list':
      return list;
    case 'kind':
      return changeKind(clientId, kind);
    case 'disable':
    case 'enable':
      return toggle(verb, clientId);
  }
}

function create(values: Values): Action {
  const name = needed(values.name, '--name');
  const permissions = parsePermissions(listOf(needed(values.permissions, '--permissions')));
  if (!permissions.ok)
    throw new UsageError(
      `--permissions: there is no ${permissions.reason}; there are ${allPermissions.join(', ')}`,
    );
  const kind = kindOf(values);
  const deviceScope = values['device-scope'] || undefined;
  const redirectUris = listOf(values['redirect-uris']);
  if (redirectUris.length === 0 && deviceScope === undefined)
    throw new UsageError(
      '--redirect-uris is missing; only an application for devices (--device-scope) can do without',
    );
  for (const uri of redirectUris) {
    const fault = redirectUriFault(uri);
    if (fault !== undefined) throw new UsageError(`--redirect-uris: ${uri} ${fault}`);
  }

  return async (db) => {
    const clientId = randomIds.secret(16);
    const secret = kind === 'confidential' ? randomIds.secret(secretBytes) : undefined;
    const application: Application = {
      clientId,
      name,
      description: values.description ?? '',
      redirectUris,
      permissions: permissions.value,
      kind,
      createdAt: systemClock.now(),
      ...(secret === undefined ? {} : { secretHash: hashSecret(secret) }),
      ...(deviceScope === undefined ? {} : { deviceScope }),
    };
    const { secretHash: _, createdAt: __, ...after } = application;
    await db.transaction(async (tx) => {
      await insertApplication(tx, application);
      await recordCommand(tx, { act: 'application create', ...named(clientId), after });
    });
    console.error(
      `Application "${name}" asks for: ${permissions.value.join(', ')}. Its client ` +
        `id${secret === undefined ? '' : ', and its secret, shown this once'}:`,
    );
    console.log(clientId);
    if (secret !== undefined) console.log(secret);
  };
}

/**
 * A secret protects only if requests must send it, so an application with a secret is confidential.
 */
function kindOf({ secret, confidential, public: isPublic }: Values): ApplicationKind {
  const isConfidential = secret || confidential;
  if (isConfidential && isPublic)
    throw new UsageError('--public: leave it out; an application with a secret is confidential');
  if (isConfidential) return 'confidential';
  return isPublic ? 'public' : 'compatible';
}

function changeKind(clientId: string | undefined, given: string | undefined): Action {
  const kind = applicationKinds.find((each) => each === given);
  if (clientId === undefined || kind === undefined)
    throw new UsageError(`for example: application kind <client id> ${applicationKinds.join('|')}`);
  return async (db) => {
    const application = await findApplication(db, clientId);
    if (!application)
      throw new Obstacle(`there is no application ${clientId}; see: perennial application list`);
    if (kind === 'confidential' && !application.secretHash)
      throw new Obstacle(
        `application ${clientId} has no secret; create another one with --confidential`,
      );
    await db.transaction(async (tx) => {
      await setKind(tx, clientId, kind);
      const change = { before: { kind: application.kind }, after: { kind } };
      await recordCommand(tx, { act: 'application kind', ...named(clientId), ...change });
    });
    console.log(`Application ${clientId} is ${kind} now.`);
  };
}

const named = (clientId: string) => ({ objectType: 'application', objectId: clientId });

async function list(db: Database): Promise<void> {
  const applications = await listApplications(db);
  console.log(
    applications.length === 0
      ? 'There are no applications.'
      : table([
          ['client id', 'state', 'kind', 'made', 'name', 'leads back to', 'permissions'],
          ...applications.map(rowOf),
        ]),
  );
}

function rowOf({
  clientId,
  disabledAt,
  kind,
  createdAt,
  name,
  redirectUris,
  deviceScope,
  permissions,
}: Application): string[] {
  const ways = [
    ...redirectUris,
    ...(deviceScope === undefined ? [] : [`devices (${deviceScope})`]),
  ];
  return [
    clientId,
    disabledAt ? `disabled ${disabledAt.toString().slice(0, 10)}` : 'valid',
    kind,
    createdAt.toString().slice(0, 10),
    name,
    ways.join(','),
    permissions.join(','),
  ];
}

function toggle(verb: 'disable' | 'enable', clientId: string | undefined): Action {
  if (clientId === undefined)
    throw new UsageError(
      'give the client id of the application; perennial application list shows it',
    );
  return async (db) => {
    const isSet = await db.transaction(async (tx) => {
      const disabledAt = verb === 'disable' ? systemClock.now() : undefined;
      if (!(await setDisabled(tx, clientId, disabledAt))) return false;
      await recordCommand(tx, { act: `application ${verb}`, ...named(clientId) });
      return true;
    });
    if (!isSet)
      throw new Obstacle(`there is no application ${clientId}; see: perennial application list`);
    console.log(`Application ${clientId} is ${verb}d.`);
  };
}
