-- What Citus asks of the schema (ADR 68). Plain PostgreSQL runs the same.

-- Keys are looked up before their merchant is known, so every node has all of them; a foreign key cannot lead from such a table to one that is cut by merchant.
alter table api_key drop constraint api_key_merchant_id_fkey;

-- A body in standard SQL makes the function depend on the tables in it, and Citus cannot move such tables. A body as text does not.
create or replace function merchant_now(of_merchant text) returns timestamptz language sql stable as $$
  select case m.clock_kind when 'standing' then m.clock_at when 'running' then m.clock_at + (clock_timestamp() - m.clock_set_at) else clock_timestamp() end
  from merchant m where m.merchant_id = of_merchant
$$;

create or replace function billing_signature(claims text) returns text language sql stable as $$
  select translate(rtrim(encode(
    sha256(k.outer_key || sha256(k.inner_key || convert_to('perennial: update billing' || chr(10) || claims, 'UTF8'))), 'base64'), '='), '+/', '-_')
  from billing_link_key k
$$;

create or replace function console_url() returns text language sql stable as $$
  select k.public_url from billing_link_key k
$$;

create or replace function event_stamp() returns xid8 language sql stable as $$
  select (pg_current_xact_id()::text::bigint + (select stamp_offset from continuity where only_one))::text::xid8
$$;

create or replace function highest_stamp() returns bigint language sql stable as $$
  select greatest(
    (select stamp_seen from continuity where only_one),
    (select max(greatest(e.stamp, p.stamp, w.stamp))::text::bigint
     from merchant m
     left join lateral (select stamp from event where merchant_id = m.merchant_id order by stamp desc, event_id desc limit 1) e on true
     left join lateral (select stamp from webhook_event where merchant_id = m.merchant_id order by stamp desc, event_id desc limit 1) p on true
     left join lateral (select max(place_stamp) as stamp from webhook where merchant_id = m.merchant_id) w on true)
  )
$$;

-- Servers of the release before this one call these two; later ones write the SQL into their projections, because a statement on a merchant's rows must not call a function that reads tables.
create or replace function update_billing_url(of_merchant text, of_oid integer) returns text language sql stable as $$
  select k.public_url || '/billing/' || c.claims || '.' || billing_signature(c.claims)
  from billing_link_key k
  cross join (
    select of_merchant || '.' || of_oid || '.' || extract(epoch from date_trunc('second', merchant_now(of_merchant) + interval '30 days'))::bigint as claims
  ) c
$$;

create or replace function auto_order_emails(of_merchant text, of_oid integer) returns text language sql stable parallel safe as $$
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
$$;

-- Places in the feed for events of the transaction that asks: the next ids, with its stamp. They are taken before the events are inserted, because on Citus an inserted row's shard has its own transaction.
-- A change of how transactions are stamped takes the same lock alone (platform/events/stamps.ts); each statement of a volatile function sees what was committed before it, so what waited sees the new offset.
create function take_places(count integer) returns table (stamp text, event_id bigint) language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(7310203942);
  return query
    select event_stamp()::text, nextval(pg_get_serial_sequence('event', 'event_id'))
    from generate_series(1, count);
end
$$;

-- Updates of rows that are cut by merchant take only immutable functions of columns. These are: they read neither the zone nor a setting of the session, whatever they are made of.
create function shifted(at timestamptz, ms double precision) returns timestamptz language sql immutable strict parallel safe as $$
  select at + ms * interval '1 millisecond'
$$;

create function text_list(list text) returns text[] language sql immutable strict parallel safe as $$
  select list::text[]
$$;

-- An attempt of a rebill that was declined, as the column rebill.declines lists it.
create function decline_entry(attempt smallint, at timestamptz, decline jsonb) returns jsonb language sql immutable parallel safe set timezone = 'UTC' as $$
  select jsonb_build_object('attempt', attempt, 'at', at) || decline
$$;

-- The lines of an order, each with the auto order's item that it started. links is a list of {line: place from 0, oid}.
create function linked_items(items json, links jsonb) returns json language sql immutable strict parallel safe as $$
  select json_agg(
    case when l.oid is null then i.item else i.item || jsonb_build_object('item_reference_oid', l.oid) end
    order by i.place)
  from jsonb_array_elements(items::jsonb) with ordinality as i (item, place)
  left join jsonb_to_recordset(links) as l (line bigint, oid int) on l.line = i.place - 1
$$;
