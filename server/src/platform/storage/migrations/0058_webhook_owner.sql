-- The user of an OAuth client that saved the webhook last: its deliveries show what that user's grant allows. Null for keys, which
-- know their user themselves, and for webhooks that were saved before this column: any live grant of the client counts for them.
alter table webhook add column owner_user_id integer;
-- Why a webhook was disabled by the server; null while it is enabled, and when its owner disabled it.
alter table webhook add column disabled_reason text;
