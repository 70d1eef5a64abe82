-- compatible
-- A refresh may ask for fewer permissions than the user granted (RFC 6749, section 6). Null: those of the grant. An older release does not read it, so
-- until it is replaced it lets a narrower token do what was granted.
alter table oauth_token add column permissions text[];
