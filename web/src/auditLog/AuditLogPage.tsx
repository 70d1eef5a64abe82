import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../kit/page.tsx';
import { PlainList } from '../kit/plainList.tsx';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { auditColumns } from './columns.tsx';
import { auditFilters } from './list.ts';
import { auditLogQuery } from './queries.ts';

/** `/audit-log`: who changed users, keys, settings, webhooks and clocks, the newest first. */
export function AuditLogPage() {
  const state = useSearch({ from: '/inside/audit-log' });
  const read = useReadState(state);
  const result = useInfiniteQuery(auditLogQuery(read));
  const seesUsers = useCan(['user_read']);
  const { isTest } = useSession().merchant;
  const navigate = useNavigate();
  return (
    <Page title="Audit log">
      {!seesUsers && (
        <p className="soft">Entries about users, groups, keys and sessions need user_read.</p>
      )}
      {isTest && <p className="soft">Times are those of the machine, not of the test clock.</p>}
      <PlainList
        path={paths.auditLog}
        what="entries"
        hint="person, action, object or address"
        filters={auditFilters}
        columns={auditColumns}
        state={state}
        result={result}
        readPage={auditLogQuery(read).readPage}
        keyOf={numberOf}
        onOpen={(entry) =>
          void navigate({
            to: paths.auditEntry,
            params: { number: numberOf(entry) },
            search: state,
          })
        }
        empty={
          <Empty icon="book" title="Nothing was changed yet">
            Each change of users, keys, settings, webhooks and clocks leaves an entry here.
          </Empty>
        }
      />
      <Outlet />
    </Page>
  );
}

const numberOf = ({ entry_number: number }: AuditLogEntry): string => String(number);
