/** Users of a merchant account, their groups, permissions and logins. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, flag, int32, many, model, one, text, texts, textTo } from './fields.ts';

export const Notification = model('Notification', 'A message that users may receive.', {
  can_filter_by_distribution_centers: flag(),
  can_include_affiliate: flag(),
  can_include_order: flag(),
  can_include_order_plain_text: flag(),
  distribution_center_filters: texts(),
  include_affiliate: flag(),
  include_order: flag(),
  include_order_plain_text: flag(),
  name: text(),
  notification_group: text(),
  selected: flag(),
});
export type Notification = Static<typeof Notification>;

export const Permission = model('Permission', 'Something a user may do.', {
  permission_group: text(),
  permission_Name: text(),
  selected: flag('Absent in a change: on if the entry only names the permission, otherwise off.'),
});
export type Permission = Static<typeof Permission>;

export const GroupUserMembership = model('GroupUserMembership', 'A user as a member of a group.', {
  email: text(),
  fullName: text(),
  login: text(),
  member: flag(),
  user_id: int32(),
});
export type GroupUserMembership = Static<typeof GroupUserMembership>;

export const Group = model('Group', 'A group of users.', {
  group_oid: int32(),
  name: text(),
  notifications: many(Notification),
  permissions: many(Permission),
  users: many(GroupUserMembership),
});
export type Group = Static<typeof Group>;

export const GroupResponse = answer('GroupResponse', {
  group: one(Group),
});
export type GroupResponse = Static<typeof GroupResponse>;

export const GroupsResponse = answer('GroupsResponse', {
  groups: many(Group),
});
export type GroupsResponse = Static<typeof GroupsResponse>;

export const UserGroupMembership = model('UserGroupMembership', 'A group as seen from a user.', {
  group_oid: int32(),
  member: flag(),
  name: text(),
});
export type UserGroupMembership = Static<typeof UserGroupMembership>;

export const LinkedAccount = model('LinkedAccount', 'Another account of the same owner.', {
  company: text(),
  merchant_id: text(),
  selected: flag(),
});
export type LinkedAccount = Static<typeof LinkedAccount>;

export const UserLogin = model('UserLogin', 'A login of a user.', {
  ip_address: text(),
  login: text(),
  login_dts: dateTime(),
  user_agent: text(),
});
export type UserLogin = Static<typeof UserLogin>;

export const User = model('User', 'A person who works for the merchant.', {
  api_ip_address_masks: texts(),
  change_ftp_password_to: text(),
  change_password_to: text(),
  email: textTo(150),
  full_name: text(),
  groups: many(UserGroupMembership),
  linked_accounts: many(LinkedAccount),
  login: text(),
  login_histories: many(UserLogin),
  notifications: many(Notification),
  otp_serial_number: text(),
  permissions: many(Permission),
  phone: text(),
  user_id: int32(),
});
export type User = Static<typeof User>;

export const UserLoginsResponse = answer('UserLoginsResponse', {
  logins: many(UserLogin),
});
export type UserLoginsResponse = Static<typeof UserLoginsResponse>;

export const UserResponse = answer('UserResponse', {
  user: one(User),
});
export type UserResponse = Static<typeof UserResponse>;

export const UsersResponse = answer('UsersResponse', {
  users: many(User),
});
export type UsersResponse = Static<typeof UsersResponse>;
