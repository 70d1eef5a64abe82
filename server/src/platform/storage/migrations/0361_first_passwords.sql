-- compatible
-- Until when a password works that another person chose or a command made, and whose user has to choose another one first. Null once the
-- user has done that.
alter table app_user add column first_password_until timestamptz;
