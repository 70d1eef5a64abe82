-- A change of the merchant's zone moves the dates of its schedules. A charge that is under way then was planned on the old ones: `planned` is written anew, and
-- whoever settles the charge takes the plan from here instead of from memory.
alter table rebill add column replanned boolean not null default false;
