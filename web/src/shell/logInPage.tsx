import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sessionOptionsQuery } from '../api/sessionQueries.ts';
import { ownPath, paths } from '../paths.ts';
import { Brand } from './brand.tsx';
import classes from './logIn.module.css';
import { LogInForm } from './logInForm.tsx';
import { enter } from './session.tsx';

/** `/login?to=`: logs in and opens the requested page. */
export function LogInPage() {
  const { data: options } = useQuery(sessionOptionsQuery);
  const { to } = useSearch({ from: paths.logIn });
  const navigate = useNavigate();
  useEffect(() => {
    document.title = 'Log in · Perennial';
  }, []);
  return (
    <main className={classes['page']}>
      <Brand />
      <div className={`panel ${classes['card']}`}>
        <h1>Log in</h1>
        {options && (
          <LogInForm
            merchantId={options.merchant_id}
            asksForMerchant={options.merchant_id === undefined}
            onEnter={async (entry) => {
              const fault = await enter(entry);
              if (!fault) await navigate({ href: ownPath(to), replace: true });
              return fault;
            }}
          />
        )}
      </div>
      {options?.demo && (
        <p className={classes['hint']}>
          Demo: the link that logs you in is in the terminal, and in <code>data/demo.json</code>.
        </p>
      )}
    </main>
  );
}
