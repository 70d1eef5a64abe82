-- What concerns the whole installation; one row.
create table installation (
  only_one boolean primary key default true check (only_one),
  -- Tells whether the key that secrets are sealed with is the one they were sealed with.
  seal_fingerprint text not null
);
