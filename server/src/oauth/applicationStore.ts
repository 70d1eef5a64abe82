import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { Application, ApplicationKind } from './application.ts';

/** Returns the application with this id, even if it is disabled. */
export async function findApplication(
  db: Database,
  clientId: string,
): Promise<Application | undefined> {
  const row = await db.row<ApplicationRow>(
    `select ${columns} from oauth_application where client_id = $1`,
    [clientId],
  );
  return row && fromRow(row);
}

/** Locks an application until the transaction ends. */
export async function lockApplication(tx: Database, clientId: string): Promise<void> {
  await tx.row('select client_id from oauth_application where client_id = $1 for no key update', [
    clientId,
  ]);
}

/** Reads all applications of the installation. */
export async function listApplications(db: Database): Promise<Application[]> {
  return (
    await db.rows<ApplicationRow>(
      `select ${columns} from oauth_application order by created_at, client_id`,
    )
  ).map(fromRow);
}

/** Stores a new application. */
export async function insertApplication(db: Database, application: Application): Promise<void> {
  const {
    clientId,
    name,
    description,
    redirectUris,
    permissions,
    kind,
    secretHash,
    deviceScope,
    createdAt,
  } = application;
  await db.run(
    `insert into oauth_application (client_id, name, description, redirect_uris, permissions,
      kind, secret_hash, device_scope, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      clientId,
      name,
      description,
      redirectUris,
      permissions,
      kind,
      secretHash,
      deviceScope,
      createdAt,
    ],
  );
}

/**
 * Disables the application, or enables it again. Returns false if the application does not exist.
 * Its tokens stay, and work again once it is enabled.
 */
export async function setDisabled(
  db: Database,
  clientId: string,
  disabledAt: Temporal.Instant | undefined,
): Promise<boolean> {
  return (
    (await db.run('update oauth_application set disabled_at = $2 where client_id = $1', [
      clientId,
      disabledAt,
    ])) === 1
  );
}

/**
 * Stores the kind of proof that the application must send from now on. Returns false if the
 * application does not exist.
 */
export async function setKind(
  db: Database,
  clientId: string,
  kind: ApplicationKind,
): Promise<boolean> {
  return (
    (await db.run('update oauth_application set kind = $2 where client_id = $1', [
      clientId,
      kind,
    ])) === 1
  );
}

interface ApplicationRow {
  client_id: string;
  name: string;
  description: string;
  redirect_uris: string[];
  permissions: string[];
  kind: ApplicationKind;
  secret_hash: Buffer | null;
  device_scope: string | null;
  created_at: Temporal.Instant;
  disabled_at: Temporal.Instant | null;
}

const columns =
  'client_id, name, description, redirect_uris, permissions, kind, secret_hash, ' +
  'device_scope, created_at, disabled_at';

function fromRow(row: ApplicationRow): Application {
  return {
    clientId: row.client_id,
    name: row.name,
    description: row.description,
    redirectUris: row.redirect_uris,
    permissions: row.permissions,
    kind: row.kind,
    createdAt: row.created_at,
    ...(row.secret_hash === null ? {} : { secretHash: row.secret_hash }),
    ...(row.device_scope === null ? {} : { deviceScope: row.device_scope }),
    ...(row.disabled_at === null ? {} : { disabledAt: row.disabled_at }),
  };
}
