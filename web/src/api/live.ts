import type { LiveFrame } from '@perennial/contract/live.ts';
import { createStore } from '../kit/store.ts';
import { nextDelayMs } from './backoff.ts';
import { call } from './call.ts';
import { queryClient } from './query.ts';

/** The state of the live connection. */
export interface Liveness {
  readonly isConnected: boolean;
  /** The time of the last frame, by this browser's clock; undefined before the first. */
  readonly lastAtMs: number | undefined;
}

/** The state of the socket, for the dot in the top bar. */
export const liveness = createStore<Liveness>({ isConnected: false, lastAtMs: undefined });

/**
 * The permissions for the topics, as in `authorizeLive`: one of them suffices to open the socket.
 */
export const liveNeeds = [
  'workflow_read',
  'auto_order_read',
  'order_read',
  'customer_read',
  'configuration_read',
] as const;

let cursor: string | undefined;

/** The place in the feed of events that this tab has reached; undefined before the first frame. */
export const feedCursor = (): string | undefined => cursor?.replace('.', '-');

type Listener = (frame: LiveFrame) => void;
const listeners = new Set<Listener>();

/**
 * Calls `listener` with every frame of the topics that the user may read (`event_topic`). `resync`
 * means that unknown changes were missed, so everything must be read again.
 */
export function onFrame(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Keeps one socket open until the returned function is called. It reconnects with the cursor of the
 * last frame, so that no change is missed.
 */
export function keepLive(): () => void {
  const stop = new AbortController();
  void run(stop.signal);
  return () => stop.abort();
}

async function run(signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await connection(await addressOf(cursor, signal), signal, (frame) => {
        failures = 0;
        cursor = frame.cursor ?? cursor;
      });
    } catch {
      // The next attempt requests a new token; the dot shows that the connection is lost.
    }
    liveness.update((before) => ({ ...before, isConnected: false }));
    if (!signal.aborted) await sleep(nextDelayMs(failures, Math.random()), signal);
  }
}

/**
 * The path of the socket's address at our own origin: the address comes from PUBLIC_URL, and a page
 * that was opened under another name of the same host may not connect to it.
 */
async function addressOf(cursor: string | undefined, signal: AbortSignal): Promise<URL> {
  const { live_auth: { jwt = '', websocket_url = '' } = {} } = await call('authorizeLive', {
    signal,
    asksForLogIn: false,
  });
  const url = new URL(new URL(websocket_url).pathname, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('token', jwt);
  if (cursor !== undefined) url.searchParams.set('after', cursor);
  return url;
}

/** One connection; resolves when it ends. */
function connection(
  url: URL,
  signal: AbortSignal,
  heard: (frame: LiveFrame) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const close = () => socket.close();
    signal.addEventListener('abort', close);
    socket.addEventListener('close', () => {
      signal.removeEventListener('abort', close);
      resolve();
    });
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as LiveFrame;
      liveness.set({ isConnected: true, lastAtMs: Date.now() });
      heard(frame);
      if (frame.type === 'ping') socket.send('{"type":"ping"}');
      else for (const listener of listeners) listener(frame);
      if (frame.type === 'resync') void queryClient.invalidateQueries();
    });
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
