-- Fails with words where a stored document is not a JSON object. Lists then leave the record out and name it
-- (platform/storage/unreadable.ts), and a text that is put together from such a document cannot become malformed JSON.
create function not_an_object(name text, kind text) returns text language plpgsql stable as $$
begin
  raise exception using errcode = '22023', message = format('%s is %s instead of an object', name, coalesce('a JSON ' || kind, 'missing'));
end $$;
