import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { ShortCode } from '../kit/shortCode.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { auditEntryQuery } from './queries.ts';
import { actWords, changedFields, objectWords, viaWords } from './words.ts';

/** `/audit-log/$number`: all details of one entry. */
export function EntryDialog() {
  const { number } = useParams({ from: '/inside/audit-log/$number' });
  const result = useQuery(auditEntryQuery(Number(number)));
  return (
    <RoutedDialog title={`Entry ${number}`} parent={paths.auditLog} size={720}>
      <Loaded result={result} what="the entry" rows={6}>
        {(entry) =>
          entry === null ? (
            <p>There is no entry {number} that you may see.</p>
          ) : (
            <Entry entry={entry} />
          )
        }
      </Loaded>
    </RoutedDialog>
  );
}

function Entry({ entry }: { readonly entry: AuditLogEntry }) {
  const fields = changedFields(entry);
  return (
    <div className={form['form']}>
      <Facts
        facts={[
          ['What', actWords(entry)],
          ['About', objectWords(entry)],
          ['Who', <Actor entry={entry} />],
          ['By', viaWords(entry)],
          ['From', entry.ip_address],
          ['When', <Moment at={entry.at_dts} style="exact" isReal />],
          [
            'Request',
            entry.request_id && <ShortCode text={entry.request_id} what="the request id" />,
          ],
          ['Hash', <ShortCode text={entry.hash ?? ''} what="the whole hash" />],
        ]}
      />
      {fields.length === 0 ? (
        <p className="soft">The entry names no fields.</p>
      ) : (
        <SmallTable
          what="What was changed"
          columns={[{ label: 'Field' }, { label: 'Before' }, { label: 'After' }]}
          rows={fields.map(({ name, before, after }) => ({
            key: name,
            cells: [name, <Sentence text={before} />, <Sentence text={after} />],
          }))}
        />
      )}
    </div>
  );
}

function Actor({ entry }: { readonly entry: AuditLogEntry }) {
  const seesUsers = useCan(['user_read']);
  const { user_id: id, actor_name: name } = entry;
  if (id === undefined || !seesUsers) return <>{name}</>;
  return (
    <Link to={paths.person} params={{ id: String(id) }}>
      {name}
    </Link>
  );
}
