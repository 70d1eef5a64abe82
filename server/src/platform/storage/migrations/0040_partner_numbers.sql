-- A partner's own order number is taken once, also by a partner without a code: the code is '' then, because nulls are all
-- different to a unique index. Where a number was taken twice before, the first order keeps it.
update orders o set channel_partner_code = ''
from (
  select merchant_id, channel_partner_order_id, min(order_id collate "C") as order_id from orders
  where channel_partner_order_id is not null and channel_partner_code is null
  group by merchant_id, channel_partner_order_id
) first
where o.merchant_id = first.merchant_id and o.order_id = first.order_id;
