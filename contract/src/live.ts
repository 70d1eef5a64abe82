/**
 * The frames of the live sockets. Every frame is one JSON object.
 *
 * The socket with topics: `PUT /live/auth` gives the address and a token; the client connects to
 * `websocket_url?token=<jwt>`, with `&topics=tasks,orders` to get fewer topics than the token
 * allows, and with `&after=<cursor>` to get missed events. The socket of the workflow (`PUT
 * /workflow/agent/auth`) has the same frames for tasks only, without the fields `event_topic` to
 * `event_sequence`. The published clients have no frames; the format follows UltraCart's other
 * sockets.
 */
import type { Static } from 'typebox';
import { Charging } from './charging.ts';
import { ClockAdvance } from './clock.ts';
import { answer } from './common.ts';
import { dateTime, int32, model, one, oneOf, someOf, text } from './fields.ts';
import { WebhookDelivery } from './perennial.ts';
import { WorkflowTask } from './workflow.ts';

/** The kinds of frames that the server sends. */
export const liveFrameTypes = ['ready', 'event', 'resync', 'ping'] as const;

/** The topics that a client of the live socket can receive. */
export const liveTopics = [
  'tasks',
  'auto_orders',
  'orders',
  'customers',
  'charging',
  'clock',
  'deliveries',
] as const;
/** A topic of the live socket. */
export type LiveTopic = (typeof liveTopics)[number];

/** The permission that a topic needs: the permission to read its objects through the API. */
export const liveTopicPermissions = {
  tasks: 'workflow_read',
  auto_orders: 'auto_order_read',
  orders: 'order_read',
  customers: 'customer_read',
  charging: 'auto_order_read',
  clock: 'configuration_read',
  deliveries: 'configuration_read',
} as const satisfies Record<LiveTopic, `${string}_read`>;

/** The content of an event frame. */
export const liveEventTypes = [
  'task created',
  'task updated',
  'task deleted',
  'open count',
  'auto order changed',
  'order changed',
  'customer changed',
  'charging changed',
  'clock advanced',
  'delivery tried',
] as const;

export const LiveEventDetails = model(
  'LiveEventDetails',
  'The facts about an event of an auto order or an order without reading the object.',
  {
    order_id: text('The order that a rebill made, or that the event is about.'),
    auto_order_oid: int32('The auto order of the order.'),
    rebill_number: int32(),
    reason: text('Why: a decline reason, completed, parked.'),
  },
);
export type LiveEventDetails = Static<typeof LiveEventDetails>;

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
  event_topic: oneOf(liveTopics, 'With type event.'),
  event_object_type: text(
    'auto_order, order, customer_profile or workflow_task; clock for an advance; webhook for a delivery; ' +
      'merchant for charging.',
  ),
  event_object_id: text(
    'auto_order_oid, order_id, customer_profile_oid, workflow_task_uuid, advance_id, webhook_oid or merchant_id.',
  ),
  event_name: text('The name of the event as webhooks know it, such as auto_order_rebill.'),
  event_dts: dateTime('When it happened, by the merchant’s clock.'),
  event_sequence: int32('Counts the events of the object from 1.'),
  event_details: one(LiveEventDetails, 'With topics auto_orders and orders.'),
  event_task: one(WorkflowTask, 'The task as of the event; not with an open count.'),
  event_open_count: int32('My open tasks; only with an open count.'),
  event_charging: one(Charging, 'With topic charging: whether the merchant is charged.'),
  event_advance: one(ClockAdvance, 'With topic clock: how far the advance has come.'),
  event_delivery: one(WebhookDelivery, 'With topic deliveries.'),
});
export type LiveFrame = Static<typeof LiveFrame>;

export const LiveClientFrame = model('LiveClientFrame', 'A frame from the client.', {
  type: oneOf(['ping'], 'Keeps the line open.'),
});
export type LiveClientFrame = Static<typeof LiveClientFrame>;

export const LiveAuthRequest = model('LiveAuthRequest', 'The topics that a client requests.', {
  topics: someOf(liveTopics, 'Absent: all topics that the caller may read.'),
});
export type LiveAuthRequest = Static<typeof LiveAuthRequest>;

export const LiveAuth = model('LiveAuth', 'The address and the token of a live socket.', {
  jwt: text('Valid for five minutes; needed to connect, not to stay connected.'),
  merchant_id: text(),
  websocket_url: text('Connect to this address with ?token=<jwt>.'),
  topics: someOf(liveTopics, 'The topics that the socket reports.'),
});
export type LiveAuth = Static<typeof LiveAuth>;

export const LiveAuthResponse = answer('LiveAuthResponse', { live_auth: one(LiveAuth) });
export type LiveAuthResponse = Static<typeof LiveAuthResponse>;
