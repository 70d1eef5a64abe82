-- Each counts the changes of a record: its ETag, and what If-Match is compared with. A user and a group name one another, so a membership
-- counts for both.
alter table app_user add column version integer not null default 1;
alter table user_group add column version integer not null default 1;
alter table item add column version integer not null default 1;
alter table customer add column version integer not null default 1;

-- The settings and the rules of system tasks are changed by different operations.
alter table merchant add column settings_version integer not null default 1;
alter table merchant add column rules_version integer not null default 1;
