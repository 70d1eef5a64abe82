import { Lazy } from '../kernel/lazy.ts';
import type { Sender, SenderOptions } from './send.ts';

/** Opens the sender of deliveries. The HTTP library is loaded with the first delivery. */
export function openSender(options: SenderOptions): Sender {
  const sender = new Lazy(async () => (await import('./send.ts')).httpSender(options));
  return {
    send: async (outgoing) => (await sender.get()).send(outgoing),
    close: async () => (await sender.peek())?.close(),
  };
}
