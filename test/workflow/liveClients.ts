// A process of nothing but clients: `liveClients.ts <socket url> <sockets>`, forked. It tells its
// parent how many changes all of its sockets have heard, 0 once all are
// open, and ends with an error as soon as one hears a change twice, out of turn, or is closed.
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';

const [url = '', sockets = ''] = process.argv.slice(2);
const count = Number(sockets);
/** Is answered with the same: a client that keeps silent is closed (contract, LiveFrame). */
const ping = Buffer.from('{"type":"ping"}');
/**
 * How many sockets have heard the n-th change; a socket's first frame, that it is ready, counts as
 * change -1.
 */
const heardBy = new Map<number, number>();

for (let i = 0; i < count; i++) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  let next = -1;
  socket.on('message', (data: Buffer) => {
    if (data.equals(ping)) return socket.send(ping, { binary: false });
    const change = next < 0 ? -1 : changeIn(data);
    if (change === undefined) return;
    assert.equal(change, next, `socket ${i}`);
    next++;
    tell(change);
  });
  socket.on('close', (code, reason) => assert.fail(`socket ${i} was closed: ${code} ${reason}`));
}

/**
 * Only the name is looked for: parsing a thousand times as many tasks as there are changes would be
 * most of the work.
 */
function changeIn(frame: Buffer): number | undefined {
  const name = /"task_name":"n(\d+)"/.exec(frame.toString('latin1'))?.[1];
  return name === undefined ? undefined : Number(name);
}

function tell(change: number): void {
  const heard = (heardBy.get(change) ?? 0) + 1;
  if (heard < count) return void heardBy.set(change, heard);
  heardBy.delete(change);
  process.send?.(change + 1);
}
