-- Original orders by the token of their card, for cards that a gateway updates. Rebills are not in it.
create index orders_original_card on orders (merchant_id, card_token) where rebill_number = 0 and card_token is not null;
