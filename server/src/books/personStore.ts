import { byMention, columnsAs, type PersonKeeper } from '../platform/privacy/person.ts';

/** The personal data in audits of the books: texts from the records that they compare. */
export const auditPeople: PersonKeeper = {
  tables: [
    {
      table: 'audit',
      key: ['audit_id'],
      ...byMention('differences, failure_reason'),
      columns: { differences: 'json', ...columnsAs('text', 'failure_reason') },
      kept: 'audit_id state',
    },
  ],
};
