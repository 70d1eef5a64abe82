import type { PersonKeeper } from '../platform/privacy/person.ts';

/** The personal data in payments: the messages of banks in gateway reports. */
export const paymentPeople: PersonKeeper = {
  tables: [
    {
      table: 'gateway_report',
      key: ['gateway_kind', 'report_id'],
      where: "report->>'orderId' = any($2::text[])",
      match: 'orderIds',
      columns: { report: 'jsonb' },
      kept: 'gateway_kind report_id outcome',
    },
  ],
};
