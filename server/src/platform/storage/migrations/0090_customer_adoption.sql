-- Earlier orders of a profile's email, or of a profile that was merged into it, when there are too
-- many for one request. A worker gives them to the profile, a batch at a time.
create table customer_adoption (
  merchant_id text not null,
  customer_profile_oid integer not null,
  from_profile_oid integer not null,
  primary key (merchant_id, customer_profile_oid, from_profile_oid)
);
