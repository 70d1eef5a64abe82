import { Modal } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { createStore, useStore } from '../kit/store.ts';
import { paths } from '../paths.ts';
import type { CommandSpec } from './commandSpec.ts';
import { commands } from './commands.ts';
import classes from './helpSheet.module.css';
import { keysOf } from './keyChoices.ts';
import { keyWords } from './keys.ts';
import { isMac, Keys } from './keysShown.tsx';
import { preferences } from './preferences.ts';
import { useSession } from './session.tsx';

/** Whether the sheet of keys is open. */
export const helpOpen = createStore(false);

/** All keys by place, from the table of commands, and links to the documentation. */
export function HelpSheet() {
  const isOpen = useStore(helpOpen);
  const { permissions } = useSession();
  const specs: readonly CommandSpec[] = commands;
  const chosen = useStore(preferences, ({ keyChoices }) => keyChoices);
  const usable = specs
    .map((spec) => ({ ...spec, keys: keysOf(spec, chosen) }))
    .filter(({ keys, needs }) => keys && (!needs || needs.some((need) => permissions.has(need))));
  const places = [...new Set(usable.map(({ place }) => place))];
  return (
    <Modal opened={isOpen} onClose={() => helpOpen.set(false)} title="Keys" size={620}>
      {places.map((place) => (
        <section key={place} className={classes['place']}>
          <h2>
            {place === 'anywhere'
              ? 'Everywhere'
              : `${place.startsWith('a') ? 'On an' : 'On a'} ${place}`}
          </h2>
          <dl>
            {usable
              .filter((spec) => spec.place === place)
              .map(({ id, words, keys = '' }) => (
                <div key={id}>
                  <dt>{words}</dt>
                  <dd>
                    <Keys words={keyWords(keys, isMac)} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <p className="soft">
        Keys do nothing while you type.{' '}
        <Link to={paths.me} hash="keys" onClick={() => helpOpen.set(false)}>
          Choose other keys, or switch them off.
        </Link>{' '}
        More: <a href="/docs">API reference</a> · <a href="/openapi.json">OpenAPI document</a> ·{' '}
        <a href="/healthz">Health</a> · <a href="/metrics">Metrics</a>
      </p>
    </Modal>
  );
}
