-- The account of the servers: it reads and writes rows, and can neither change nor drop a table.
-- `perennial migrate` and the other commands run as the account that owns the database. Run this
-- once as that account; it counts for the tables of later releases, too (docs/operating.md).
GRANT USAGE ON SCHEMA public TO perennial_server;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO perennial_server;
GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO perennial_server;
-- UPDATE stays, because a backup locks the table.
REVOKE INSERT, DELETE ON migration FROM perennial_server;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO perennial_server;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE ON SEQUENCES TO perennial_server;
