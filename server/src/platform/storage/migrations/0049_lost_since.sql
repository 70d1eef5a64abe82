-- The moment that the last restore put the database back to, as far as it is known: charges since then are looked up at the gateways.
alter table continuity add column lost_since timestamptz;
