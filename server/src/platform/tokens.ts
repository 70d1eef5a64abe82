import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import { Lazy } from '../kernel/lazy.ts';
import type { SystemClock } from './clock/systemClock.ts';
import type { Seal } from './seal.ts';
import type { Database } from './storage/database.ts';

/**
 * Short-lived tokens that only this installation can create and read: JSON Web Tokens (RFC 7519)
 * with HMAC and SHA-256.
 */
export interface Tokens {
  /** `audience` is the purpose of the token. A token for another purpose is refused. */
  sign(
    audience: string,
    claims: Readonly<Record<string, unknown>>,
    seconds: number,
  ): Promise<string>;
  /**
   * Returns the claims, or undefined when the token is not ours, has another purpose, or has
   * expired.
   */
  read(audience: string, token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/**
 * A key signs for a day and is kept for another, so that its last tokens can still be read. No
 * token lives longer than that.
 */
const keySeconds = 86_400;
const lookAgainMs = 1000;

interface Key {
  readonly keyId: string;
  readonly secret: Buffer;
  readonly madeAt: Temporal.Instant;
}

// Loaded with the first token, because a start does not need it.
const jose = new Lazy(() => import('jose'));

/** The dependencies of the tokens of one database. */
export interface TokenParts {
  readonly db: Database;
  readonly seal: Seal;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
}

/**
 * Tokens signed by keys that all processes on one database share. The keys are stored sealed, and
 * the first process of each day replaces them.
 */
export function databaseTokens(parts: TokenParts): Tokens {
  const keys = new TokenKeys(parts);
  const nowSeconds = () => Math.floor(parts.clock.now().epochMilliseconds / 1000);

  return {
    async sign(audience, claims, seconds) {
      const key = await keys.forSigning();
      const { CompactSign } = await jose.get();
      const payload = JSON.stringify({
        ...claims,
        aud: audience,
        iat: nowSeconds(),
        exp: nowSeconds() + Math.min(seconds, keySeconds),
      });
      return new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: key.keyId })
        .sign(key.secret);
    },
    async read(audience, token) {
      try {
        const { compactVerify } = await jose.get();
        const { payload } = await compactVerify(
          token,
          async ({ kid }) =>
            (await keys.find(kid))?.secret ?? Promise.reject(new Error('unknown key')),
          { algorithms: ['HS256'] },
        );
        const claims = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
        return claims['aud'] === audience && Number(claims['exp']) > nowSeconds()
          ? claims
          : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** Seals the signing keys with the current key of the installation. */
export async function resealTokenKeys(tx: Database, seal: Seal): Promise<void> {
  const rows = await tx.rows<{ key_id: string; secret: Buffer }>(
    'select key_id, secret from token_key for no key update',
  );
  for (const { key_id, secret } of rows)
    await tx.run('update token_key set secret = $2 where key_id = $1', [
      key_id,
      seal.reseal(secret),
    ]);
}

/** The keys of the database, as this process last read them. */
class TokenKeys {
  readonly #parts: TokenParts;
  #known: readonly Key[] = [];
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: TokenParts) {
    this.#parts = parts;
  }

  /** Returns today's key; creates one when there is none. */
  async forSigning(): Promise<Key> {
    if (!this.#young()) await this.#load();
    if (!this.#young()) {
      await this.#replace();
      await this.#load();
    }
    return this.#young()!;
  }

  /** Finds a key that is still valid for reading tokens. */
  async find(keyId: string | undefined): Promise<Key | undefined> {
    const find = () =>
      this.#known.find((key) => key.keyId === keyId && this.#ageSeconds(key) < 2 * keySeconds);
    // Another process may have created it since then. Unknown tokens must not cause a query each
    // time.
    if (!find() && this.#parts.clock.monotonicMs() - this.#lookedAtMs > lookAgainMs)
      await this.#load();
    return find();
  }

  #young(): Key | undefined {
    return this.#known.findLast((key) => this.#ageSeconds(key) < keySeconds);
  }

  #ageSeconds({ madeAt }: Key): number {
    const nowSeconds = Math.floor(this.#parts.clock.now().epochMilliseconds / 1000);
    return nowSeconds - madeAt.epochMilliseconds / 1000;
  }

  async #load(): Promise<void> {
    const { db, seal, clock } = this.#parts;
    const rows = await db.rows<{ key_id: string; secret: Buffer; made_at: Temporal.Instant }>(
      'select key_id, secret, made_at from token_key where made_at > $1 order by made_at',
      [this.#oldest()],
    );
    this.#known = rows.map((row) => ({
      keyId: row.key_id,
      secret: Buffer.from(seal.open(row.secret), 'hex'),
      madeAt: row.made_at,
    }));
    this.#lookedAtMs = clock.monotonicMs();
  }

  async #replace(): Promise<void> {
    const { db, seal, clock, ids } = this.#parts;
    await db.run('delete from token_key where made_at <= $1', [this.#oldest()]);
    await db.run('insert into token_key (key_id, secret, made_at) values ($1, $2, $3)', [
      ids.uuid(),
      seal.seal(ids.secret(32)),
      clock.now(),
    ]);
  }

  /** The age at which a key's last token has expired. */
  #oldest(): Temporal.Instant {
    return this.#parts.clock.now().subtract({ seconds: 2 * keySeconds });
  }
}
