import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import { Obstacle } from './command.ts';

type Address = Pick<Config, 'host' | 'port'>;

/**
 * Throws an {@link Obstacle} if the server cannot listen on the address. It is checked before the
 * store is opened, because a first start makes the demo data before it listens.
 */
export async function requireFreeAddress(address: Address): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(address);
    await once(probe, 'listening');
  } catch (error) {
    throw whyNotListening(error, address);
  }
  probe.close();
  await once(probe, 'close');
}

/**
 * Returns an error with the next step if the server cannot listen on the address, or else the error
 * itself.
 */
export function whyNotListening(error: unknown, { host, port }: Address): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Obstacle(
      `port ${port} is taken; set PORT to another one, or to 0 for any that is free`,
    );
  const isRefused = code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND';
  if (isRefused)
    return new Obstacle(`${host}:${port} cannot be listened on (${code}); set HOST and PORT`);
  return error;
}
