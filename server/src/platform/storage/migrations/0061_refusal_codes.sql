-- The code of a refusal that is stored as the response of an idempotent request; null for other responses, and for those from before.
alter table idempotent_request add column refusal_code text;
