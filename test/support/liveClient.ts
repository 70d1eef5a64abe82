import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { LiveFrame, LiveTopic } from '../../contract/src/live.ts';
import type { TestApp, TestRequest } from './app.ts';
import { ask } from './workflow.ts';

/** A client of the live socket that keeps every frame except pings. */
export interface LiveClient {
  readonly frames: LiveFrame[];
  readonly socket: WebSocket;
  /** Resolves when this number of frames match. The time limit of the test ends the wait. */
  until(count: number, matches?: (frame: LiveFrame) => boolean): Promise<LiveFrame[]>;
  close(): void;
}

/** Makes the app listen on a free port, and returns its address as a WebSocket URL. */
export async function listen(app: TestApp): Promise<string> {
  return (await app.app.http.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
}

/** Authorizes over the API and connects. `after` is the cursor of an earlier connection. */
export async function connectLive(
  app: TestApp,
  address: string,
  key: string,
  options: { after?: string | undefined; origin?: string } = {},
): Promise<LiveClient> {
  const { agent_auth: auth } = await ask(app, {
    operation: 'getWorkflowAgentWebsocketAuthorization',
    key,
  });
  const after = options.after === undefined ? '' : `&after=${options.after}`;
  const { pathname } = new URL(auth.websocket_url);
  return openLive(`${address}${pathname}?token=${auth.jwt}${after}`, options.origin);
}

/**
 * Authorizes for these topics over the API and connects. Without topics, the client receives all
 * that the key may read.
 */
export async function connectTopics(
  app: TestApp,
  address: string,
  request: Pick<TestRequest, 'key' | 'headers'>,
  options: { topics?: LiveTopic[]; after?: string | undefined } = {},
): Promise<LiveClient> {
  const { topics } = options;
  const { live_auth: auth } = await ask(app, {
    operation: 'authorizeLive',
    ...request,
    ...(topics && { body: { topics } }),
  });
  const after = options.after === undefined ? '' : `&after=${options.after}`;
  const { pathname } = new URL(auth.websocket_url);
  return openLive(`${address}${pathname}?token=${auth.jwt}${after}`);
}

/** Connects to a complete address. */
export async function openLive(url: string, origin?: string): Promise<LiveClient> {
  const socket = new WebSocket(url, origin === undefined ? {} : { origin });
  const frames: LiveFrame[] = [];
  let noticed = () => {};
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as LiveFrame;
    if (frame.type === 'ping') return;
    frames.push(frame);
    noticed();
  });
  await once(socket, 'open');
  return {
    frames,
    socket,
    async until(count, matches = () => true) {
      for (;;) {
        const found = frames.filter(matches);
        if (found.length >= count) return found;
        await new Promise<void>((resolve) => (noticed = resolve));
      }
    },
    close: () => socket.terminate(),
  };
}
