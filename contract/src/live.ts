/**
 * What goes over the live socket of the workflow. `PUT /workflow/agent/auth` gives the address and
 * a token; the client connects to `websocket_url?token=<jwt>`, and adds `&after=<cursor>` to get
 * what it missed. Every frame is one JSON object. The published clients know no frames; the shape
 * follows those of UltraCart's other sockets.
 */
import type { Static } from 'typebox';
import { int32, model, one, oneOf, text } from './fields.ts';
import { WorkflowTask } from './workflow.ts';

/** The kinds of frames that the server sends. */
export const liveFrameTypes = ['ready', 'event', 'resync', 'ping'] as const;

/** The content of an event frame. */
export const liveEventTypes = [
  'task created',
  'task updated',
  'task deleted',
  'open count',
] as const;

export const LiveFrame = model('LiveFrame', 'A frame from the server.', {
  type: oneOf(
    liveFrameTypes,
    'ready: connected, what comes after cursor follows. event: something happened. resync: the cursor is too old, ' +
      'read everything again. ping: send a ping back, or the server closes the connection.',
  ),
  cursor: text(
    'The client’s position after this frame; connect with the last one to miss nothing.',
  ),
  event_type: oneOf(liveEventTypes, 'With type event.'),
  event_task: one(WorkflowTask, 'The task as of the event; not with an open count.'),
  event_open_count: int32('My open tasks; only with an open count.'),
});
export type LiveFrame = Static<typeof LiveFrame>;

export const LiveClientFrame = model('LiveClientFrame', 'A frame from the client.', {
  type: oneOf(['ping'], 'Keeps the line open.'),
});
export type LiveClientFrame = Static<typeof LiveClientFrame>;
