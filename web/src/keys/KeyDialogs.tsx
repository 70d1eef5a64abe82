import { Button, NativeSelect } from '@mantine/core';
import type { ApiKey } from '@perennial/contract/apiKey.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { CopyButton } from '../kit/copyButton.tsx';
import { DeedForm } from '../kit/deed.tsx';
import type { Draft } from '../kit/draft.ts';
import { DraftFields } from '../kit/draftFields.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { PermissionMatrix } from '../people/PermissionMatrix.tsx';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import {
  chosenPermissions,
  draftOfKey,
  keyBase,
  keyFields,
  keyLabel,
  mayWords,
  newKeyBody,
} from './forms.ts';
import { addKey, keysQuery, revokeKey, rotateKey, writeKey } from './queries.ts';

/** `/keys/new`: creates a key and shows its secret once. */
export function NewKeyDialog() {
  const [made, setMade] = useState<ApiKey>();
  return (
    <RoutedDialog title={made ? 'The new key' : 'New key'} parent={paths.keys}>
      {made ? <Secret apiKey={made} /> : <NewKey onMade={setMade} />}
    </RoutedDialog>
  );
}

function NewKey({ onMade }: { onMade(key: ApiKey): void }) {
  const { permissions, merchant } = useSession();
  const [draft, setDraft] = useState<Draft>(() => draftOfKey({}, merchant.zone));
  return (
    <DeedForm
      button="Make the key"
      isDangerous={false}
      isPossible={draft['name']?.trim() !== '' && chosenPermissions(draft).length > 0}
      wish={draft}
      deed={async (decision) => onMade(await addKey(newKeyBody(draft), decision))}
    >
      <DraftFields fields={keyFields} draft={draft} onChange={setDraft} />
      <PermissionMatrix draft={draft} own={permissions} onChange={setDraft} />
    </DeedForm>
  );
}

/** The secret of a key, which is never shown again. */
function Secret({ apiKey: { key = '', name } }: { readonly apiKey: ApiKey }) {
  const close = useCloseDialog(paths.keys);
  return (
    <div className={form['form']} role="status">
      <p>This is the key for {name}. Store it where the program reads it: it is not shown again.</p>
      <p>
        <code style={{ overflowWrap: 'anywhere' }}>{key}</code> <CopyButton text={key} what="key" />
      </p>
      <div className={form['buttons']}>
        <Button onClick={close}>I have stored it</Button>
      </div>
    </div>
  );
}

/** `/keys/:id/:part`: changes a key, replaces its secret or revokes it. */
export function KeyEditDialog() {
  const { id, part } = useParams({ from: '/inside/keys/$id/$part' });
  const result = useQuery(keysQuery);
  const key = result.data?.find(({ key_id: each }) => String(each) === id);
  return (
    <RoutedDialog title={key?.name ?? `Key ${id}`} parent={paths.keys}>
      <Loaded result={result} what="the key">
        {() => (key ? <Part apiKey={key} part={part} /> : <NoKey />)}
      </Loaded>
    </RoutedDialog>
  );
}

const NoKey = () => <Empty title="Not found">There is no such key.</Empty>;

function Part({ apiKey, part }: { readonly apiKey: ApiKey; readonly part: string }) {
  const [rotated, setRotated] = useState<ApiKey>();
  if (rotated) return <Secret apiKey={rotated} />;
  if (apiKey.state === 'revoked')
    return <p>This key is revoked and cannot be used again. Create a new one instead.</p>;
  if (part === 'edit') return <EditKey apiKey={apiKey} />;
  if (part === 'rotate') return <RotateKey apiKey={apiKey} onRotated={setRotated} />;
  return part === 'revoke' ? <RevokeKey apiKey={apiKey} /> : <NoKey />;
}

function EditKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const { zone } = useSession().merchant;
  const close = useCloseDialog(paths.keys);
  const { key_id: id = 0 } = apiKey;
  const write = useMemo(() => writeKey(id), [id]);
  const draft = useDraft(keyBase(apiKey, zone), write, (undo) => {
    toast({ text: `Key ${apiKey.name ?? id} saved.`, undo });
    close();
  });
  return (
    <DraftFrame draft={draft} labelOf={keyLabel} submit="Save">
      <DraftFields fields={keyFields} draft={draft.mine} onChange={draft.change} />
      <p className="soft">
        {mayWords(apiKey)} To change that, make another key and revoke this one.
      </p>
    </DraftFrame>
  );
}

const overlaps = [
  { value: '0', label: 'End it now' },
  { value: '24', label: 'Accept it for another day' },
  { value: '168', label: 'Accept it for another week' },
  { value: '720', label: 'Accept it for another 30 days' },
];

function RotateKey({
  apiKey: { key_id: id = 0, old_secret_until_dts: old },
  onRotated,
}: {
  readonly apiKey: ApiKey;
  onRotated(key: ApiKey): void;
}) {
  const [hours, setHours] = useState('24');
  return (
    <DeedForm
      button="Replace the secret"
      isDangerous={hours === '0'}
      wish={hours}
      deed={async (decision) => onRotated(await rotateKey(id, Number(hours), decision))}
    >
      <p>The key gets a new secret. Its permissions, addresses and webhooks stay the same.</p>
      <NativeSelect
        label="The current secret"
        data={overlaps}
        value={hours}
        onChange={(event) => setHours(event.currentTarget.value)}
      />
      {old && <p className="soft">The secret before the current one stops working at once.</p>}
    </DeedForm>
  );
}

function RevokeKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const { key_id: id = 0, name = `Key ${id}`, last_used_dts: used } = apiKey;
  const close = useCloseDialog(paths.keys);
  return (
    <DeedForm
      button={`Revoke ${name}`}
      deed={async (decision) => {
        await revokeKey(id, decision);
        toast({ text: `Key ${name} revoked.` });
        close();
      }}
    >
      <p>
        Programs with this key are refused within a second, and its webhooks stop.{' '}
        <strong>This cannot be undone.</strong>
      </p>
      {used === undefined && <p className="soft">It was never used.</p>}
    </DeedForm>
  );
}
