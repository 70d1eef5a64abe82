import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isThisMachine } from '../encryption.ts';

/**
 * Whether a request, or the upgrade to a socket, crossed networks only with encryption: on its way to
 * this process, and, as the proxy in front says in `X-Forwarded-Proto`, on its way to the proxy. A
 * client cannot gain by that header: without encryption it has to be on this machine.
 */
export function isEncrypted({ socket, headers }: IncomingMessage): boolean {
  const isHopSafe =
    (socket as Partial<TLSSocket>).encrypted === true || isThisMachine(socket.remoteAddress ?? '');
  const before = [headers['x-forwarded-proto'] ?? []].flat().join(',');
  return isHopSafe && before.split(',').every((each) => /^\s*(https|wss)?\s*$/i.test(each));
}
