import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { parseAuditList } from './auditLog/list.ts';
import { paths } from './paths.ts';
import { inside } from './rootRoutes.ts';

const users = createRoute({
  getParentRoute: () => inside,
  path: paths.users,
  component: lazyRouteComponent(() => import('./people/UsersPage.tsx'), 'UsersPage'),
});

const groups = createRoute({
  getParentRoute: () => inside,
  path: paths.groups,
  component: lazyRouteComponent(() => import('./people/GroupsPage.tsx'), 'GroupsPage'),
});

const person = createRoute({
  getParentRoute: () => inside,
  path: paths.person,
  component: lazyRouteComponent(() => import('./people/PersonPage.tsx'), 'PersonPage'),
});

const userNew = createRoute({
  getParentRoute: () => users,
  path: 'new',
  component: lazyRouteComponent(() => import('./people/UserDialogs.tsx'), 'NewUserDialog'),
});

const groupNew = createRoute({
  getParentRoute: () => groups,
  path: 'new',
  component: lazyRouteComponent(() => import('./people/GroupDialogs.tsx'), 'NewGroupDialog'),
});

const groupEdit = createRoute({
  getParentRoute: () => groups,
  path: '$oid/$part',
  component: lazyRouteComponent(() => import('./people/GroupDialogs.tsx'), 'GroupEditDialog'),
});

const personEdit = createRoute({
  getParentRoute: () => person,
  path: 'edit/$part',
  component: lazyRouteComponent(() => import('./people/UserDialogs.tsx'), 'UserEditDialog'),
});

const keys = createRoute({
  getParentRoute: () => inside,
  path: paths.keys,
  component: lazyRouteComponent(() => import('./keys/KeysPage.tsx'), 'KeysPage'),
});

const keyNew = createRoute({
  getParentRoute: () => keys,
  path: 'new',
  component: lazyRouteComponent(() => import('./keys/KeyDialogs.tsx'), 'NewKeyDialog'),
});

const keyEdit = createRoute({
  getParentRoute: () => keys,
  path: '$id/$part',
  component: lazyRouteComponent(() => import('./keys/KeyDialogs.tsx'), 'KeyEditDialog'),
});

const auditLog = createRoute({
  getParentRoute: () => inside,
  path: paths.auditLog,
  validateSearch: parseAuditList,
  component: lazyRouteComponent(() => import('./auditLog/AuditLogPage.tsx'), 'AuditLogPage'),
});

const auditEntry = createRoute({
  getParentRoute: () => auditLog,
  path: '$number',
  component: lazyRouteComponent(() => import('./auditLog/EntryDialog.tsx'), 'EntryDialog'),
});

/** The screens of who may do what, and who did what: users, groups, API keys, the audit log. */
export const accessRoutes = [
  users.addChildren([userNew]),
  groups.addChildren([groupNew, groupEdit]),
  person.addChildren([personEdit]),
  keys.addChildren([keyNew, keyEdit]),
  auditLog.addChildren([auditEntry]),
] as const;
