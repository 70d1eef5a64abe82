import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { sessionOptionsQuery } from '../api/sessionQueries.ts';
import { ownPath, paths } from '../paths.ts';
import { EntryPage } from './entryPage.tsx';
import classes from './logIn.module.css';
import { LogInForm } from './logInForm.tsx';
import { enter } from './session.tsx';

/** `/login?to=`: logs in and opens the requested page. */
export function LogInPage() {
  const { data: options } = useQuery(sessionOptionsQuery);
  const { to } = useSearch({ from: paths.logIn });
  const navigate = useNavigate();
  return (
    <EntryPage title="Log in" below={options?.demo && <DemoHint />}>
      {options && (
        <div className={classes['entry']}>
          <LogInForm
            merchantId={options.merchant_id}
            asksForMerchant={options.merchant_id === undefined}
            onEnter={async (entry) => {
              const fault = await enter(entry);
              if (!fault) await navigate({ href: ownPath(to), replace: true });
              return fault;
            }}
          />
        </div>
      )}
    </EntryPage>
  );
}

function DemoHint() {
  return (
    <p className={classes['hint']}>
      Demo: the link that logs you in is in the terminal, and in <code>data/demo.json</code>.
    </p>
  );
}
