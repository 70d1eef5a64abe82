import { Bug } from '../kernel/assert.ts';
import type { IdFactory } from '../kernel/ids.ts';
import { success } from '../kernel/outcome.ts';
import { hashSecret, secretBytes } from '../staff/credential.ts';
import { lockApplication } from './applicationStore.ts';
import { countWaiting, insertDevice } from './deviceStore.ts';
import {
  applicationOf,
  type Form,
  fault,
  type OauthOutcome,
  type OauthParts,
} from './tokenOperations.ts';

/** The codes that a device receives: the secret that it keeps, and the code that it shows. */
export interface DeviceCodes {
  readonly deviceCode: string;
  /** Two groups of four consonants. */
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** Begins the device flow (RFC 8628; UltraCart's oauthDeviceAuthorize). */
export async function authorizeDevice(
  parts: OauthParts,
  form: Form,
): Promise<OauthOutcome<DeviceCodes>> {
  const application = await applicationOf(parts, form);
  if (!application.ok) return application;
  const { clientId, deviceScope } = application.value;
  if (deviceScope === undefined)
    return fault('unauthorized_client', 'the application is not registered for devices');
  if (!form['scope']) return fault('invalid_request', 'scope is missing');
  if (form['scope'] !== deviceScope) return fault('invalid_scope', `scope must be ${deviceScope}`);

  return parts.db.transaction(async (tx) => {
    // The requests run one after another, so that the count stays right until the insert.
    await lockApplication(tx, clientId);
    const waiting = await countWaiting(tx, clientId, parts.clock.now());
    return waiting < parts.quotas.devices
      ? addDevice({ ...parts, db: tx }, clientId)
      : fault(
          'slow_down',
          'too many devices wait for their users; try again in a quarter of an hour',
        );
  });
}

async function addDevice(parts: OauthParts, clientId: string): Promise<OauthOutcome<DeviceCodes>> {
  const now = parts.clock.now();
  const deviceCode = parts.ids.secret(secretBytes);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const userCode = userCodeFrom(parts.ids);
    const device = {
      deviceHash: hashSecret(deviceCode),
      userCode,
      clientId,
      intervalSeconds,
      pollAfter: now,
      expiresAt: now.add({ seconds: expiresInSeconds }),
      state: 'pending',
    } as const;
    if (await insertDevice(parts.db, device))
      return success({ deviceCode, userCode, expiresInSeconds, intervalSeconds });
  }
  throw new Bug('no user code is free');
}

/** Converts a typed user code to the form in which it was shown. */
export function normalUserCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z]/g, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

const expiresInSeconds = 900;
const intervalSeconds = 5;
const attemptsMax = 5;
// It has no vowels, so that it forms no words, and no characters that look alike (RFC 8628, section
// 6.1).
const consonants = 'BCDFGHJKLMNPQRSTVWXZ';

function userCodeFrom(ids: IdFactory): string {
  const words = ids.secret(16).match(/.{4}/g)!;
  return normalUserCode(
    words.map((word) => consonants[Number.parseInt(word, 16) % consonants.length]).join(''),
  );
}
