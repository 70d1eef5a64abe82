import { Button } from '@mantine/core';
import type { ApiKey } from '@perennial/contract/apiKey.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Page } from '../kit/page.tsx';
import { Panel, Stacked } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { permissionWords, stateOfKey } from './forms.ts';
import { keysQuery } from './queries.ts';

/** `/keys`: the API keys of the merchant's programs. */
export function KeysPage() {
  const result = useQuery(keysQuery);
  const canWrite = useCan(['user_write']);
  const navigate = useNavigate();
  useCommands({ 'key.new': () => void navigate({ to: paths.keyNew }) });
  return (
    <Page
      title="API keys"
      actions={
        canWrite && (
          <Button renderRoot={(props) => <Link {...props} data-button to={paths.keyNew} />}>
            New key
          </Button>
        )
      }
    >
      <Loaded result={result} what="the keys" rows={6}>
        {(keys) => <Keys keys={keys} canWrite={canWrite} />}
      </Loaded>
      <Outlet />
    </Page>
  );
}

interface KeysProps {
  readonly keys: readonly ApiKey[];
  readonly canWrite: boolean;
}

function Keys({ keys, canWrite }: KeysProps) {
  const current = keys.filter(({ state }) => state !== 'revoked');
  const revoked = keys.filter(({ state }) => state === 'revoked');
  return (
    <Stacked>
      <Panel title="Keys">
        {current.length === 0 ? (
          <Empty icon="link" title="No keys yet">
            A program sends its key in the header <code>x-ultracart-simple-key</code>. Give each
            program a separate key with the permissions that it needs.
          </Empty>
        ) : (
          <KeyTable what="Keys" keys={current} canWrite={canWrite} />
        )}
      </Panel>
      {revoked.length > 0 && (
        <Panel title="Revoked keys">
          <KeyTable what="Revoked keys" keys={revoked} canWrite={false} />
        </Panel>
      )}
    </Stacked>
  );
}

function KeyTable({ what, keys, canWrite }: KeysProps & { readonly what: string }) {
  // Keys expire by the machine's clock, even if the merchant has a test clock.
  const [nowMs] = useState(() => Date.now());
  return (
    <SmallTable
      what={what}
      columns={[
        { label: 'For' },
        { label: 'State' },
        { label: 'Begins with' },
        { label: 'May do' },
        { label: 'Last used' },
        { label: 'Expires' },
        ...(canWrite ? [{ label: 'Actions' }] : []),
      ]}
      rows={keys.map((key) => ({
        key: String(key.key_id),
        cells: [
          canWrite ? <PartLink apiKey={key} part="edit" words={nameOf(key)} /> : nameOf(key),
          <KeyState apiKey={key} nowMs={nowMs} />,
          <code>{key.prefix}…</code>,
          <span title={key.permissions?.join(', ')}>{permissionWords(key)}</span>,
          <LastUse apiKey={key} />,
          key.expires_dts ? <Moment at={key.expires_dts} style="day" isReal /> : 'Never',
          <Actions apiKey={key} />,
        ],
      }))}
    />
  );
}

const nameOf = ({ name, key_id: id }: ApiKey): string => name || `Key ${id}`;

function KeyState({ apiKey, nowMs }: { readonly apiKey: ApiKey; readonly nowMs: number }) {
  const { tone, word } = stateOfKey(apiKey, nowMs);
  return <Status tone={tone}>{word}</Status>;
}

function LastUse({ apiKey }: { readonly apiKey: ApiKey }) {
  if (apiKey.last_used_dts === undefined) return 'Never';
  return (
    <>
      <Moment at={apiKey.last_used_dts} isReal />
      {apiKey.last_used_ip && <span className="soft"> from {apiKey.last_used_ip}</span>}
    </>
  );
}

function Actions({ apiKey }: { readonly apiKey: ApiKey }) {
  return (
    <>
      <PartLink apiKey={apiKey} part="rotate" words="Rotate …" />{' '}
      <PartLink apiKey={apiKey} part="revoke" words="Revoke …" />
    </>
  );
}

function PartLink({
  apiKey,
  part,
  words,
}: {
  readonly apiKey: ApiKey;
  readonly part: string;
  readonly words: string;
}) {
  return (
    <Link
      to={paths.keyEdit}
      params={{ id: String(apiKey.key_id), part }}
      {...(part !== 'edit' && { 'aria-label': `${words.replace(' …', '')} ${nameOf(apiKey)}` })}
    >
      {words}
    </Link>
  );
}
