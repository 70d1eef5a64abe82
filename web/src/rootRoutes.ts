import { createRootRoute, createRoute } from '@tanstack/react-router';
import { NowherePage } from './shell/errorPages.tsx';
import { Inside } from './shell/inside.tsx';

/** The root route. */
export const root = createRootRoute({ notFoundComponent: NowherePage });

/** The parent of all routes that need a session. */
export const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Inside });
