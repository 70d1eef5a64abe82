import { createRootRoute, createRoute } from '@tanstack/react-router';
import { NowherePage } from './shell/errorPages.tsx';
import { Inside } from './shell/inside.tsx';

/** The route of all routes. */
export const root = createRootRoute({ notFoundComponent: NowherePage });

/** Everything that needs a session. */
export const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Inside });
