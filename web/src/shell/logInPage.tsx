import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { sessionOptionsQuery } from '../api/sessionQueries.ts';
import { Loaded } from '../kit/loaded.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { useStore } from '../kit/store.ts';
import { ownPath, paths } from '../paths.ts';
import { demoFault } from './demoLink.ts';
import { EntryPage } from './entryPage.tsx';
import classes from './logIn.module.css';
import { LogInForm } from './logInForm.tsx';
import { enter } from './session.tsx';

/** `/login?to=`: logs in and opens the requested page. */
export function LogInPage() {
  const options = useQuery(sessionOptionsQuery);
  const fault = useStore(demoFault);
  return (
    <EntryPage title="Log in" below={options.data?.demo && <DemoHint />}>
      {fault && (
        <p role="alert">
          The demo link did not log you in. <Sentence text={fault} />
        </p>
      )}
      <Loaded result={options} what="the form">
        {({ merchant_id: merchantId }) => <Form merchantId={merchantId} />}
      </Loaded>
    </EntryPage>
  );
}

function Form({ merchantId }: { readonly merchantId: string | undefined }) {
  const { to } = useSearch({ from: paths.logIn });
  const navigate = useNavigate();
  return (
    <div className={classes['entry']}>
      <LogInForm
        merchantId={merchantId}
        asksForMerchant={merchantId === undefined}
        onEnter={async (entry) => {
          const fault = await enter(entry, merchantId === undefined);
          if (!fault) await navigate({ href: ownPath(to), replace: true });
          return fault;
        }}
      />
    </div>
  );
}

function DemoHint() {
  return (
    <p className={classes['hint']}>
      Demo: the link that logs you in is in the terminal, and in <code>data/demo.json</code>.
    </p>
  );
}
