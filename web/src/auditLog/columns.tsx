import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';
import { actWords, objectWords, summaryOf, viaWords } from './words.ts';

/** The columns of the audit log. */
export const auditColumns: readonly Column<AuditLogEntry>[] = [
  {
    id: 'at',
    label: 'When',
    width: '182px',
    sort: 'at_dts',
    narrow: 'second end',
    isUsual: true,
    cell: (entry) => <Moment at={entry.at_dts} />,
  },
  {
    id: 'who',
    label: 'Who',
    width: 'minmax(120px, 1fr)',
    narrow: 'second',
    isUsual: true,
    cell: (entry) => entry.actor_name,
  },
  {
    id: 'act',
    label: 'What',
    width: 'minmax(180px, 1.3fr)',
    narrow: 'first',
    isUsual: true,
    cell: actWords,
  },
  {
    id: 'object',
    label: 'About',
    width: 'minmax(120px, 1fr)',
    isUsual: true,
    cell: objectWords,
  },
  {
    id: 'changed',
    label: 'Changed',
    width: 'minmax(140px, 1.5fr)',
    isUsual: true,
    cell: summaryOf,
  },
  {
    id: 'address',
    label: 'From',
    width: '140px',
    isUsual: true,
    cell: (entry) => entry.ip_address ?? '–',
  },
  {
    id: 'via',
    label: 'By',
    width: '110px',
    cell: viaWords,
  },
  {
    id: 'number',
    label: 'Number',
    width: '90px',
    isNumber: true,
    cell: (entry) => entry.entry_number,
  },
];
