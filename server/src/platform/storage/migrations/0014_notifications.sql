-- Mails about auto orders: written in the transaction of the event they tell of, sent afterwards, kept as the history that GET /{oid}/emails lists.
create table notice (
  merchant_id text not null,
  -- 0: a mail to the merchant, about no auto order.
  auto_order_oid integer not null,
  notice_id bigint generated always as identity,
  kind text not null check (kind in ('preshipment', 'declined_card', 'canceled', 'disabled', 'receipt', 'webhook_disabled')),
  -- The merchant's clock.
  made_at timestamptz not null,
  -- What the mail says, as it was when it was made (notifications/facts.ts). A receipt reads its order when it is sent.
  facts jsonb not null,
  order_id text,
  email text,
  subject text,
  message_id text,
  skip_reason text,
  delivered_at timestamptz,
  bounced_at timestamptz,
  bounce_type text,
  smtp_response text,
  attempts smallint not null default 0,
  -- The machine's clock: when a worker may take it, and past a claim the end of that worker's lease. Null: nothing more to do.
  next_try_at timestamptz,
  primary key (merchant_id, auto_order_oid, notice_id)
) with (fillfactor = 70);
create index notice_pending on notice (merchant_id, next_try_at) where next_try_at is not null;

-- The wire's list of AutoOrderEmail, oldest first, as JSON text.
create function auto_order_emails(of_merchant text, of_oid integer) returns text language sql stable parallel safe
return (
  select '[' || coalesce(string_agg(json_strip_nulls(json_build_object(
    'email', n.email,
    'subject', n.subject,
    'message_id', n.message_id,
    'send_dts', case when n.delivered_at is not null or n.bounced_at is not null then wire_dts(n.made_at) end,
    'delivered', n.delivered_at is not null,
    'delivery_dts', wire_dts(n.delivered_at),
    'bounce_dts', wire_dts(n.bounced_at),
    'bounce_type', n.bounce_type,
    'bounce_diagnostic_code', case when n.bounced_at is not null then n.smtp_response end,
    'smtp_response', n.smtp_response,
    'skipped', n.skip_reason is not null,
    'skip_reason', n.skip_reason,
    'internal', false
  ))::text, ',' order by n.notice_id), '') || ']'
  from notice n where n.merchant_id = of_merchant and n.auto_order_oid = of_oid
);
