import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { Page } from '../kit/page.tsx';
import { useStore } from '../kit/store.ts';
import { preferences } from '../shell/preferences.ts';
import { useSession } from '../shell/session.tsx';
import { KeysSection } from './Keys.tsx';
import classes from './me.module.css';
import { Password } from './Password.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { Sessions } from './Sessions.tsx';

/** `/me`: the person's account and the display settings of the console. */
export function MePage() {
  const { user, merchant } = useSession();
  return (
    <Page title="My settings">
      <section className={`panel ${classes['section']}`} aria-labelledby="who">
        <h2 id="who">Who you are</h2>
        <dl>
          <dt>Name</dt>
          <dd>{user.name}</dd>
          <dt>Login</dt>
          <dd>{user.login}</dd>
          <dt>Merchant</dt>
          <dd>
            {merchant.name} ({merchant.id}), {merchant.zone}, {merchant.currency}
          </dd>
        </dl>
      </section>
      <Display />
      <KeysSection />
      <section className={`panel ${classes['section']}`} aria-labelledby="password">
        <h2 id="password">Password</h2>
        <Password />
      </section>
      <section className={`panel ${classes['section']}`} aria-labelledby="second-factor">
        <h2 id="second-factor">Second factor</h2>
        <SecondFactor />
      </section>
      <section className={`panel ${classes['section']}`} aria-labelledby="sessions">
        <h2 id="sessions">Where you are logged in</h2>
        <Sessions />
      </section>
    </Page>
  );
}

/** The display settings of the console. */
function Display() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const density = useStore(preferences, (chosen) => chosen.density);
  return (
    <section className={`panel ${classes['section']}`} aria-labelledby="display">
      <h2 id="display">Display</h2>
      <div className={classes['choice']}>
        <span id="scheme">Colours, in this browser</span>
        <SegmentedControl
          aria-labelledby="scheme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
          data={[
            { value: 'auto', label: 'System' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </div>
      <div className={classes['choice']}>
        <span id="density">Rows of lists</span>
        <SegmentedControl
          aria-labelledby="density"
          value={density}
          onChange={(value) => preferences.update((before) => ({ ...before, density: value }))}
          data={[
            { value: 'comfortable', label: 'Comfortable' },
            { value: 'compact', label: 'Compact' },
          ]}
        />
      </div>
    </section>
  );
}
