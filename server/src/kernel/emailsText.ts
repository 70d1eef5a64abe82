/**
 * Returns the SQL text of an auto order's list of AutoOrderEmail, oldest first, as JSON text, for a
 * statement with `inZone`. The auto order belongs to the merchant `$1`, and `oid` is the expression
 * of its oid. Two features use this, and neither may import the other.
 */
export const emailsText = (oid: string): string =>
  `(select '[' || coalesce(string_agg(json_strip_nulls(json_build_object(
      'email', n.email,
      'subject', n.subject,
      'message_id', n.message_id,
      'send_dts', case when n.delivered_at is not null or n.bounced_at is not null
        then wire_dts(n.made_at) end,
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
    from notice n where n.merchant_id = $1 and n.auto_order_oid = ${oid})`;
