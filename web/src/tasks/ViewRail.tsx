import { Button, Checkbox, CloseButton, Modal, TextInput } from '@mantine/core';
import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { routeSearch } from '../kit/routeSearch.ts';
import type { UrlState } from '../kit/urlCodec.ts';
import { isSameView, type View } from '../kit/views.ts';
import { paths } from '../paths.ts';
import { useCommands } from '../shell/useCommands.ts';
import classes from './tasks.module.css';
import { stateOfSearch } from './views.ts';

/** The views of the inbox: the standard ones, the person's own, and shared ones. */
export function ViewRail({
  views,
  counts,
  saved,
  state,
  mayRemove,
  onSave,
  onRemove,
}: {
  readonly views: readonly View[];
  /** The number of open tasks in a view, by its label. */
  readonly counts: Readonly<Record<string, number | undefined>>;
  readonly saved: readonly SavedSearch[];
  readonly state: UrlState;
  readonly mayRemove: (search: SavedSearch) => boolean;
  onSave(name: string, isShared: boolean): Promise<boolean>;
  onRemove(search: SavedSearch): void;
}) {
  const [isSaving, setSaving] = useState(false);
  useCommands({ 'list.saveView': () => setSaving(true) });
  return (
    <nav className={classes['rail']} aria-label="Views">
      <ul>
        {views.map(({ label, state: view }) => (
          <li key={label}>
            <ViewLink label={label} view={view} state={state} count={counts[label]} />
          </li>
        ))}
      </ul>
      {saved.length > 0 && <p className={classes['railHead']}>Saved</p>}
      <ul>
        {saved.map((search) => (
          <li key={search.saved_search_oid}>
            <ViewLink
              label={`${search.name}${search.shared ? ' (shared)' : ''}`}
              view={stateOfSearch(search.search ?? {}, search.sort)}
              state={state}
            />
            {mayRemove(search) && (
              <CloseButton
                size={26}
                aria-label={`Remove the view ${search.name}`}
                onClick={() => onRemove(search)}
              />
            )}
          </li>
        ))}
      </ul>
      <button type="button" className={classes['plain']} onClick={() => setSaving(true)}>
        Save this view …
      </button>
      <SaveDialog isOpen={isSaving} onClose={() => setSaving(false)} onSave={onSave} />
    </nav>
  );
}

function ViewLink({
  label,
  view,
  state,
  count,
}: {
  readonly label: string;
  readonly view: UrlState;
  readonly state: UrlState;
  readonly count?: number | undefined;
}) {
  return (
    <Link
      to={paths.tasks}
      search={routeSearch(view)}
      activeOptions={{ exact: true }}
      {...(isSameView(view, state) && { 'aria-current': 'true' as const })}
    >
      <span>{label}</span>
      {count !== undefined && count > 0 && <span className={classes['count']}>{count}</span>}
    </Link>
  );
}

function SaveDialog({
  isOpen,
  onClose,
  onSave,
}: {
  readonly isOpen: boolean;
  onClose(): void;
  onSave(name: string, isShared: boolean): Promise<boolean>;
}) {
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && (await onSave(name.trim(), isShared))) {
      setName('');
      onClose();
    }
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="Save this view">
      <form className={form['form']} onSubmit={(event) => void save(event)}>
        <TextInput
          data-autofocus
          label="Name"
          description="The filters and the order of the list are saved."
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox
          label="Colleagues see it too"
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <div className={form['buttons']}>
          <Button type="submit" disabled={name.trim() === ''}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
