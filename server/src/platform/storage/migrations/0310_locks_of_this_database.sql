-- compatible
-- As before (0220), and without the transactions of other databases of the coordinator, whose locks are seen too, and of autovacuum: neither writes events of ours, and one may be open for hours.
-- A lock is left out only where its process belonged to another database after the statement had read the next number, so a process that ends and a new one with its id hide no transaction. For that the view is read anew.
create or replace function unsettled_on_citus(of_merchant text) returns setof bigint language plpgsql volatile as $$
declare
  known text[] := string_to_array(current_setting('perennial.settled_parts', true), ',');
  node record;
  answer record;
  open_parts text[];
begin
  perform pg_stat_clear_snapshot();
  return query execute
    'select l.transactionid::text::bigint from pg_locks l left join pg_stat_activity a on a.pid = l.pid
     where l.locktype = ''transactionid'' and l.mode = ''ExclusiveLock'' and l.granted
       and (a.pid is null or a.datname = current_database() and a.usesysid is not null)';
  if of_merchant is null then
    return;
  end if;
  for node in execute
    'select n.nodename::text as host, n.nodeport as port, array_agg(t.gid) as parts, array_agg(t.xmin::text::bigint) as transactions
     from pg_dist_transaction t
     join pg_dist_node n on n.groupid = t.groupid and n.noderole = ''primary''
     where t.groupid in (select p.groupid from pg_dist_placement p
       where p.shardid = get_shard_id_for_distribution_column(''merchant'', $1))
     group by 1, 2' using of_merchant
  loop
    continue when node.parts <@ known;
    execute
      'select success, result from master_run_on_worker(array[$1], array[$2],
         array[''select coalesce(string_agg(gid, '''','''' ), '''''''') from pg_prepared_xacts where database = current_database()''], false)'
      into answer using node.host, node.port;
    open_parts := case when answer.success then string_to_array(answer.result, ',') else node.parts end;
    return query
      select r.transaction from unnest(node.parts, node.transactions) as r (part, transaction)
      where r.part = any (open_parts) and r.part <> all (coalesce(known, '{}'));
    perform set_config('perennial.settled_parts', (
      select string_agg(r.part, ',') from unnest(node.parts) as r (part)
      where r.part <> all (open_parts) or r.part = any (known)), false);
  end loop;
end
$$;
