import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isThisMachine } from '../encryption.ts';

/**
 * Returns whether a request, or the upgrade to a socket, was encrypted on every network: on its way
 * to this process and, as the proxy in front states in `X-Forwarded-Proto`, on its way to the
 * proxy. A client gains nothing by sending that header: unencrypted requests are accepted only from
 * this machine.
 */
export function isEncrypted({ socket, headers }: IncomingMessage): boolean {
  const isHopSafe =
    (socket as Partial<TLSSocket>).encrypted === true || isThisMachine(socket.remoteAddress ?? '');
  const before = [headers['x-forwarded-proto'] ?? []].flat().join(',');
  return isHopSafe && before.split(',').every((each) => /^(https|wss)?$/i.test(each.trim()));
}
