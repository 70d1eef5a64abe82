-- The few charges of a merchant that are not settled, by the end of their lease. With the index on auto orders alone, PostgreSQL read all rebills of a merchant to find none.

CREATE INDEX rebill_open ON rebill (merchant_id, lease_until) WHERE lease_until IS NOT NULL;
