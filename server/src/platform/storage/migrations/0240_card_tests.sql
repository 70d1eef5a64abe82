-- Tests of cards: an amount is authorized and given back at once. A row says how far its test came,
-- so that a fresh process finishes what another one left.
create table card_test (
  merchant_id text not null,
  -- The identity of the hold at the gateway.
  key text not null,
  order_id text not null,
  -- Null once the test has ended.
  card_token text,
  amount_minor bigint not null,
  currency text not null,
  requested_at timestamptz not null,
  -- Null until a gateway is asked.
  gateway text,
  gateway_kind text,
  -- asked: nothing is known yet. held: the amount has to be given back. ended: nothing is open.
  state text not null check (state in ('asked', 'held', 'ended')),
  reference text,
  result text check (result in ('approved', 'declined')),
  reason text,
  code text,
  -- The machine's clock: when a worker finishes it. Null while a payment of its order does.
  due_at timestamptz,
  primary key (merchant_id, key)
);
create index card_test_due on card_test (merchant_id, due_at) where state <> 'ended';
