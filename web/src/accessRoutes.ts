import { createRoute } from '@tanstack/react-router';
import { parseAuditList } from './auditLog/list.ts';
import { onlyKnown } from './kit/urlCodec.ts';
import { paths } from './paths.ts';
import { inside } from './rootRoutes.ts';
import { lazyPage } from './shell/lazyPage.ts';

const users = createRoute({
  getParentRoute: () => inside,
  path: paths.users,
  component: lazyPage(() => import('./people/UsersPage.tsx'), 'UsersPage'),
});

const groups = createRoute({
  getParentRoute: () => inside,
  path: paths.groups,
  component: lazyPage(() => import('./people/GroupsPage.tsx'), 'GroupsPage'),
});

const person = createRoute({
  getParentRoute: () => inside,
  path: paths.person,
  component: lazyPage(() => import('./people/PersonPage.tsx'), 'PersonPage'),
});

const userNew = createRoute({
  getParentRoute: () => users,
  path: 'new',
  component: lazyPage(() => import('./people/UserDialogs.tsx'), 'NewUserDialog'),
});

const groupNew = createRoute({
  getParentRoute: () => groups,
  path: 'new',
  component: lazyPage(() => import('./people/GroupDialogs.tsx'), 'NewGroupDialog'),
});

const groupEdit = createRoute({
  getParentRoute: () => groups,
  path: '$oid/$part',
  component: lazyPage(() => import('./people/GroupDialogs.tsx'), 'GroupEditDialog'),
});

const personEdit = createRoute({
  getParentRoute: () => person,
  path: 'edit/$part',
  component: lazyPage(() => import('./people/UserDialogs.tsx'), 'UserEditDialog'),
});

const keys = createRoute({
  getParentRoute: () => inside,
  path: paths.keys,
  component: lazyPage(() => import('./keys/KeysPage.tsx'), 'KeysPage'),
});

const keyNew = createRoute({
  getParentRoute: () => keys,
  path: 'new',
  component: lazyPage(() => import('./keys/KeyDialogs.tsx'), 'NewKeyDialog'),
});

const keyEdit = createRoute({
  getParentRoute: () => keys,
  path: '$id/$part',
  component: lazyPage(() => import('./keys/KeyDialogs.tsx'), 'KeyEditDialog'),
});

const auditLog = createRoute({
  getParentRoute: () => inside,
  path: paths.auditLog,
  validateSearch: onlyKnown(parseAuditList),
  component: lazyPage(() => import('./auditLog/AuditLogPage.tsx'), 'AuditLogPage'),
});

const auditEntry = createRoute({
  getParentRoute: () => auditLog,
  path: '$number',
  component: lazyPage(() => import('./auditLog/EntryDialog.tsx'), 'EntryDialog'),
});

/** The screens about access: users, groups, API keys, the audit log. */
export const accessRoutes = [
  users.addChildren([userNew]),
  groups.addChildren([groupNew, groupEdit]),
  person.addChildren([personEdit]),
  keys.addChildren([keyNew, keyEdit]),
  auditLog.addChildren([auditEntry]),
] as const;
