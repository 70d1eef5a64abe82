-- Whether PUBLIC_URL named the public address. A process that does not know it leaves it alone.
alter table billing_link_key add column is_public_url_set boolean not null default false;
