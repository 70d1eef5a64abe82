import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** A device that waits for a user to allow it. */
export interface Device {
  readonly deviceHash: Buffer;
  readonly userCode: string;
  readonly clientId: string;
  readonly intervalSeconds: number;
  readonly pollAfter: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly state: 'pending' | 'allowed' | 'denied';
  /** The grant of a device that a user allowed. */
  readonly allowed?: { readonly merchantId: string; readonly grantId: string };
}

/** Adds a device. Returns false when its user code is in use. */
export async function insertDevice(db: Database, device: Device): Promise<boolean> {
  const { deviceHash, userCode, clientId, intervalSeconds, pollAfter, expiresAt } = device;
  const inserted = await db.run(
    `insert into oauth_device (device_hash, user_code, client_id, interval_seconds, poll_after,
      expires_at)
     values ($1, $2, $3, $4, $5, $6) on conflict (user_code) do nothing`,
    [deviceHash, userCode, clientId, intervalSeconds, pollAfter, expiresAt],
  );
  return inserted === 1;
}

/** Counts the devices of an application that wait for their users. */
export async function countWaiting(
  db: Database,
  clientId: string,
  at: Temporal.Instant,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*)::int as count from oauth_device where client_id = $1 and state = 'pending'
      and expires_at > $2`,
    [clientId, at],
  );
  return row!.count;
}

/** Returns the device that shows this code and still waits. */
export async function findWaitingDevice(
  db: Database,
  userCode: string,
  at: Temporal.Instant,
): Promise<Device | undefined> {
  const row = await db.row<DeviceRow>(
    `select ${columns} from oauth_device where user_code = $1 and state = 'pending'
      and expires_at > $2`,
    [userCode, at],
  );
  return row && fromRow(row);
}

/** Returns the device with this secret, its row locked until the transaction ends. */
export async function lockDevice(tx: Database, deviceHash: Buffer): Promise<Device | undefined> {
  const row = await tx.row<DeviceRow>(
    `select ${columns} from oauth_device where device_hash = $1 for update`,
    [deviceHash],
  );
  return row && fromRow(row);
}

/** Stores when the device may poll again. */
export async function setPolling(
  tx: Database,
  deviceHash: Buffer,
  intervalSeconds: number,
  pollAfter: Temporal.Instant,
): Promise<void> {
  await tx.run(
    'update oauth_device set interval_seconds = $2, poll_after = $3 where device_hash = $1',
    [deviceHash, intervalSeconds, pollAfter],
  );
}

/** Allows the device, or denies it if there is no grant. Returns false if it no longer waits. */
export async function decideDevice(
  tx: Database,
  userCode: string,
  grant: { merchantId: string; grantId: string } | undefined,
  at: Temporal.Instant,
): Promise<boolean> {
  const decided = await tx.run(
    `update oauth_device set state = $2, merchant_id = $3, grant_id = $4
      where user_code = $1 and state = 'pending' and expires_at > $5`,
    [userCode, grant ? 'allowed' : 'denied', grant?.merchantId, grant?.grantId, at],
  );
  return decided === 1;
}

/** Deletes a device. */
export async function deleteDevice(tx: Database, deviceHash: Buffer): Promise<void> {
  await tx.run('delete from oauth_device where device_hash = $1', [deviceHash]);
}

/** Deletes devices that expired before this moment. Returns the number of them. */
export async function deleteExpiredDevices(
  db: Database,
  before: Temporal.Instant,
): Promise<number> {
  return db.run('delete from oauth_device where expires_at < $1', [before]);
}

interface DeviceRow {
  device_hash: Buffer;
  user_code: string;
  client_id: string;
  interval_seconds: number;
  poll_after: Temporal.Instant;
  expires_at: Temporal.Instant;
  state: Device['state'];
  merchant_id: string | null;
  grant_id: string | null;
}

const columns =
  'device_hash, user_code, client_id, interval_seconds, poll_after, expires_at, state, merchant_id, grant_id';

function fromRow(row: DeviceRow): Device {
  return {
    deviceHash: row.device_hash,
    userCode: row.user_code,
    clientId: row.client_id,
    intervalSeconds: row.interval_seconds,
    pollAfter: row.poll_after,
    expiresAt: row.expires_at,
    state: row.state,
    ...(row.merchant_id === null || row.grant_id === null
      ? {}
      : { allowed: { merchantId: row.merchant_id, grantId: row.grant_id } }),
  };
}
