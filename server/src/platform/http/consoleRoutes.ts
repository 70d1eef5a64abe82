/**
 * The addresses of the console's screens, for which the server sends its page. A list and not a
 * catch-all, so that an unknown address stays a 404. A test compares it with the console's router.
 */
export const consoleRoutes = [
  '/',
  '/login',
  '/tasks',
  '/tasks/:number',
  '/auto-orders',
  '/auto-orders/:code',
  '/customers',
  '/customers/:oid',
  '/orders',
  '/orders/:id',
  '/orders/:id/edit/:part',
  '/orders/:id/refund',
  '/orders/:id/do/:action',
  '/health',
  '/o/:id',
  '/auto-orders/:code/edit/:part',
  '/auto-orders/:code/json',
  '/webhooks',
  '/webhooks/:oid',
  '/people/users',
  '/people/users/new',
  '/people/groups',
  '/people/groups/new',
  '/people/groups/:oid/:part',
  '/people/:id',
  '/people/:id/edit/:part',
  '/me',
] as const;
