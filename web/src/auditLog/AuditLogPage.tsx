import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { ListPage } from '../kit/listPage.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { auditColumns } from './columns.tsx';
import { auditFilters, auditSort, auditViews } from './list.ts';
import { auditLogQuery } from './queries.ts';

/** `/audit-log`: the changes of users, keys, settings, webhooks and clocks, the newest first. */
export function AuditLogPage() {
  const state = useSearch({ from: '/inside/audit-log' });
  const read = useReadState(state);
  const result = useInfiniteQuery(auditLogQuery(read));
  const seesUsers = useCan(['user_read']);
  const { isTest } = useSession().merchant;
  const navigate = useNavigate();
  return (
    <ListPage
      title="Audit log"
      notes={
        <>
          {!seesUsers && (
            <p className="soft">Entries about users, groups, keys and sessions need user_read.</p>
          )}
          {isTest && (
            <p className="soft">Times are on the machine’s clock, not on the test clock.</p>
          )}
        </>
      }
      what="entries"
      kind="audit_log"
      hint="person, action, object or address"
      filters={auditFilters}
      views={auditViews}
      columns={auditColumns}
      usualSort={auditSort}
      canJump
      state={state}
      result={result}
      readPage={auditLogQuery(wholeList(read)).readPage}
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
    >
      <Outlet />
    </ListPage>
  );
}

const numberOf = ({ entry_number: number }: AuditLogEntry): string => String(number);
