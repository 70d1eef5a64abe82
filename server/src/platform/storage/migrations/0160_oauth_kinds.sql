-- What an application has to prove: `confidential` its secret with every request for tokens, `public` that it began the
-- authorization (PKCE). `compatible` proves neither, because the clients that UltraCart publishes send neither.
alter table oauth_application
  add column kind text not null default 'compatible' check (kind in ('compatible', 'public', 'confidential'));

-- How often the user got another password. What was granted with an earlier one ends with it.
alter table app_user add column password_version integer not null default 0;
alter table oauth_grant add column password_version integer not null default 0;
alter table oauth_ticket add column password_version integer not null default 0;
