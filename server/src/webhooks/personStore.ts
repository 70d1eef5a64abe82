import type { Match, PersonKeeper, PersonTable } from '../platform/privacy/person.ts';

/** The personal data in webhooks: the payloads, and the responses of receivers. */
export const webhookPeople: PersonKeeper = {
  tables: [...tablesOf('objects'), ...tablesOf('mentioningObjects')],
};

function tablesOf(match: Match): PersonTable[] {
  const isMention = match === 'mentioningObjects' ? { isMention: true as const } : {};
  return [
    {
      table: 'webhook_event',
      key: ['stamp', 'event_id', 'expansion'],
      where: 'object = any($2::text[])',
      match,
      ...isMention,
      columns: { payload: 'jsonText' },
      kept: 'expansion name object',
    },
    {
      table: 'webhook_log',
      key: ['webhook_oid', 'log_id'],
      where: 'objects && $2::text[]',
      match,
      ...isMention,
      columns: {
        response: { to: "''" },
        response_headers: { to: "'[]'" },
        request_headers: 'json',
      },
      kept: 'uri event_names objects',
    },
  ];
}
