import { Lazy } from '../kernel/lazy.ts';
import type { Sender, SenderOptions } from './send.ts';

/** The sender to receivers; the HTTP library behind it is loaded with the first delivery. */
export function openSender(options: SenderOptions): Sender {
  const sender = new Lazy(async () => (await import('./send.ts')).httpSender(options));
  return {
    send: async (outgoing) => (await sender.get()).send(outgoing),
    close: async () => (await sender.peek())?.close(),
  };
}
