-- A refresh whose answer was lost is repeated within seconds and must give the same tokens again. They follow from the refresh token, of which we keep only the
-- hash, and from this salt, which only we know: neither alone gives them away. It is cleared with the token's row.
alter table oauth_token add column successor_salt bytea;
