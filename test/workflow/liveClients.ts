// A process that contains only clients: `liveClients.ts <socket url> <sockets>`, forked. It reports
// to its parent how many changes all of its sockets have received, and 0 once all are open. It ends
// with an error when a socket receives a change twice or out of order, or is closed.
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';

const [url = '', sockets = ''] = process.argv.slice(2);
const count = Number(sockets);
/** The reply to each ping: the server closes a client that sends nothing (contract, LiveFrame). */
const ping = Buffer.from('{"type":"ping"}');
/**
 * The number of sockets that have received the n-th change. The first frame of a socket (`ready`)
 * counts as change -1.
 */
const heardBy = new Map<number, number>();

// The test that started this process was killed, so this process ends as well.
process.once('disconnect', () => process.exit(1));

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
 * Returns the number of the change in a frame. Only the name is searched, because parsing each task
 * of each socket would be most of the work.
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
