import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Bug } from '../kernel/assert.ts';
import type { IdFactory } from '../kernel/ids.ts';

/**
 * Returns the password as it is stored: Argon2id in the PHC text form. Each guess is expensive.
 * With `isRandom` it is cheap, because a random password cannot be guessed.
 */
export async function hashPassword(
  password: string,
  ids: IdFactory,
  { isRandom = false } = {},
): Promise<string> {
  const salt = Buffer.from(ids.secret(saltBytes), 'hex');
  const cost = isRandom ? leastCost : guessedCost;
  const { memory, passes, parallelism } = cost;
  const key = await derive(password, salt, cost);
  const parameters = `v=19$m=${memory},t=${passes},p=${parallelism}`;
  return `$argon2id$${parameters}$${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Returns whether this is the password. Takes the same time when no password is stored, so that the
 * time does not reveal which logins exist.
 */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const { salt, tag, ...costThen } = parsePhc(stored ?? unmatchable);
  const derived = await derive(password, salt, costThen);
  return timingSafeEqual(derived, tag) && stored !== undefined;
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

// The minimum of the OWASP cheat sheet on password storage for Argon2id: 19 MiB, two passes, one
// lane.
const guessedCost: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const leastCost: Cost = { memory: 64, passes: 1, parallelism: 1 };
const [saltBytes, tagBytes] = [16, 32];
const unmatchable =
  `$argon2id$v=19$m=${guessedCost.memory},t=${guessedCost.passes},` +
  `p=${guessedCost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

const argon2Promised = promisify(argon2);

function derive(
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: Cost,
): Promise<Buffer> {
  // Normalized, so that a password has the same form however it was typed.
  return argon2Promised('argon2id', {
    message: password.normalize('NFC'),
    nonce,
    memory,
    passes,
    parallelism,
    tagLength: tagBytes,
  });
}

function parsePhc(text: string): Cost & { salt: Buffer; tag: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(text);
  if (!match) throw new Bug('a stored password cannot be read');
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  return {
    memory,
    passes,
    parallelism,
    salt: Buffer.from(match[4]!, 'base64'),
    tag: Buffer.from(match[5]!, 'base64'),
  };
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
