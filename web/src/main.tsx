import './shell/mantine.css';
import './shell/theme.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query.ts';
import { enterDemo, sessionQuery } from './api/sessionQueries.ts';
import { router } from './router.tsx';
import { applyPreferences } from './shell/applyPreferences.ts';
import { demoFault, takeDemoPassword } from './shell/demoLink.ts';
import { cssVariables, theme } from './shell/theme.ts';

/** The nonce of this response, with which Mantine may write its style elements. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// react-remove-scroll, which Mantine's dialogs use, reads it here.
Object.assign(window, { __webpack_nonce__: nonce });

async function start(): Promise<void> {
  applyPreferences();
  const password = takeDemoPassword();
  if (password !== undefined)
    await enterDemo(password).catch(({ message }: Error) => demoFault.set(message));
  else void queryClient.prefetchQuery(sessionQuery);
  createRoot(document.querySelector('#root')!).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void start();
