-- Profiles whose notes every order gets; rebills look for them.
create index customer_notes on customer (merchant_id, customer_profile_oid)
  where document ? 'automatic_merchant_notes';
