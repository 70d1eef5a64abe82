-- What the options of an item cost on every rebill, as the customer agreed to them with the purchase: a list of
-- {label, value, costChange in minor units}; null when no option changes the price (autoOrders/optionPrices.ts). Items from
-- before this migration keep null, because nobody agreed that the price of a rebill rises now.
alter table auto_order_item add column agreed_options jsonb;
