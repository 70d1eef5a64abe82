/** The log of changes that may affect security: users, keys, settings, webhooks, clocks. */
import type { Static } from 'typebox';
import { answer, counted } from './common.ts';
import { anyObject, dateTime, int32, int64, many, model, oneOf, text } from './fields.ts';

export const AuditLogEntry = model('AuditLogEntry', 'An act that changed something.', {
  entry_number: int64('1, 2, 3, … for each merchant, without gaps.'),
  at_dts: dateTime('On the machine’s clock, even with a test clock.'),
  actor_kind: oneOf(
    ['key', 'oauth', 'session', 'system', 'customer', 'command'],
    'command: the command line on the server.',
  ),
  actor_name: text('The name of the user, of the key, or of the account on the machine.'),
  user_id: int32('Absent where no user is known.'),
  application_id: text('key:<number>, oauth:<client id> or console.'),
  ip_address: text('Where the request came from; of a command, the name of the machine.'),
  request_id: text('The X-Request-Id of the request.'),
  act: text('The operation of this document, or the command.'),
  object_type: text('user, group, key, session, grant, webhook, settings, clock and others.'),
  object_id: text(),
  before: anyObject('The changed fields with their old values. Secrets are named but not shown.'),
  after: anyObject('The changed fields with their new values.'),
  hash: text('SHA-256 over this entry and the hash of the previous one, as hex.'),
});
export type AuditLogEntry = Static<typeof AuditLogEntry>;

export const AuditLogResponse = answer('AuditLogResponse', {
  entries: many(AuditLogEntry),
  ...counted,
});
export type AuditLogResponse = Static<typeof AuditLogResponse>;
