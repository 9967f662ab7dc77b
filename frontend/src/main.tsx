import '@fontsource-variable/bricolage-grotesque/wght.css';
import '@fontsource-variable/figtree/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { followOtherTabs, restoreSession } from './api/session';
import { App } from './app/App';
import { createQueryClient } from './app/query-client';
import { startTranslations } from './i18n';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');

await startTranslations();
void restoreSession();
followOtherTabs();

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      {/* Filters are read off the address: as a transition it would change later than the box just ticked. */}
      <BrowserRouter useTransitions={false}>
        <App />
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
);
