-- What `/readyz` writes to learn whether PostgreSQL takes writes; one row.
create table readiness (
  only_one boolean primary key default true check (only_one),
  probed_at timestamptz not null
);
insert into readiness (probed_at) values (now());
