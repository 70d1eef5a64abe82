-- compatible
-- The transactions, by the low 32 bits of their numbers, that may not have committed on all nodes of a Citus. Plain PostgreSQL never calls it (platform/events/feed.ts).
-- A transaction leaves a record of each part that it prepared on a node, commits, tells the nodes to commit, and only then releases its lock. So the locks are read first, and the records by a later snapshot.
-- A node that was lost meanwhile keeps its part prepared until Citus recovers it. Only readers of the merchants on that node wait for it.
-- Citus deletes records up to a minute late, so the node is asked which parts are still prepared; one that does not respond may have all of them. A part that has once committed stays so: each connection remembers those in a setting.
create function unsettled_on_citus(of_merchant text) returns setof bigint language plpgsql volatile as $$
declare
  known text[] := string_to_array(current_setting('perennial.settled_parts', true), ',');
  node record;
  answer record;
  open_parts text[];
begin
  return query execute
    'select transactionid::text::bigint from pg_locks
     where locktype = ''transactionid'' and mode = ''ExclusiveLock'' and granted';
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
