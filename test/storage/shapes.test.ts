// Tests each kind of statement that Citus refused, or that lost events without an error, when the
// server first ran on it, and the form in which the same statement works.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Catalogue,
  type MigrationFault,
  migrationFaults,
  type ShapeFault,
  shapeFaults,
} from './shapes.ts';

const cutTables = ['auto_order', 'auto_order_item', 'event', 'notice', 'orders', 'rebill'];
const catalogue: Catalogue = {
  tenantTables: new Set([...cutTables, 'merchant']),
  cutTables,
  volatility: new Map([
    ['clock_timestamp', 'v'],
    ['nextval', 'v'],
    ['statement_timestamp', 's'],
    ['jsonb_build_object', 's'],
    ['jsonb_set', 'i'],
    ['make_interval', 'i'],
    ['shifted', 'i'],
    ['text_list', 'i'],
    ['merchant_now', 's'],
  ]),
  readingFunctions: new Set(['merchant_now']),
  momentColumns: new Set(['at', 'due_at']),
};

const cases: [name: string, refused: string, fault: ShapeFault, accepted: string][] = [
  [
    'an equality in each relation',
    'select 1 from auto_order a join auto_order_item i using (auto_order_oid) where a.merchant_id = $1',
    'a table without an equality on its merchant_id',
    'select 1 from auto_order a join auto_order_item i using (merchant_id, auto_order_oid) where a.merchant_id = $1',
  ],
  [
    'a subquery among what is selected',
    `select (select count(*) from auto_order_item i where i.merchant_id = a.merchant_id) from auto_order a
     where a.merchant_id = $1`,
    'a subquery whose merchant is not a parameter',
    `select (select count(*) from auto_order_item i where i.merchant_id = $1) from auto_order a
     where a.merchant_id = $1`,
  ],
  [
    'a subquery under a lock',
    `select 1 from orders o where o.merchant_id = $1 and not exists (
       select from event e where e.merchant_id = o.merchant_id) for update of o`,
    'a subquery whose merchant is not a parameter',
    `select 1 from orders o where o.merchant_id = $1 and not exists (
       select from event e where e.merchant_id = $1) for update of o`,
  ],
  [
    'the merchant as a value that is selected',
    'select 1 from auto_order where merchant_id = (select $1::text)',
    'a subquery whose merchant is not a parameter',
    'select 1 from auto_order where merchant_id = $1::text',
  ],
  [
    'a function that reads a table of merchants',
    'select merchant_now(a.merchant_id) from auto_order a where a.merchant_id = $1',
    'a call of a function that reads tables',
    'select m.clock_at from auto_order a join merchant m using (merchant_id) where a.merchant_id = $1',
  ],
  [
    'a volatile function in an update',
    'update rebill set lease_until = clock_timestamp() where merchant_id = $1',
    'a volatile function in a write',
    'update rebill set lease_until = statement_timestamp() where merchant_id = $1',
  ],
  [
    'a volatile function in an insert of what is selected',
    `insert into event (merchant_id, event_id) select merchant_id, nextval('s') from merchant where merchant_id = $1`,
    'a volatile function in a write',
    `insert into event (merchant_id, event_id) values ($1, nextval('s'))`,
  ],
  [
    'a moment of a column and an interval',
    `update rebill r set lease_until = r.at + k.ms * interval '1 millisecond' from unnest($2::int[]) as k (ms)
     where r.merchant_id = $1`,
    'a stable function of columns in an update',
    `update rebill r set lease_until = shifted(r.at, k.ms) from unnest($2::int[]) as k (ms)
     where r.merchant_id = $1`,
  ],
  [
    'a list that is read from text in an update',
    'update orders o set facets = r.facets::text[] from unnest($2::text[]) as r (facets) where o.merchant_id = $1',
    'a stable function of columns in an update',
    'update orders o set facets = text_list(r.facets) from unnest($2::text[]) as r (facets) where o.merchant_id = $1',
  ],
  [
    'JSON made in a CASE of an update',
    `update rebill set declines = case when state = 'declined' then jsonb_build_object('a', attempt) end
     where merchant_id = $1`,
    'a function that is not immutable in CASE or COALESCE of an update',
    `update rebill set declines = case when state = 'declined' then planned - 'card' end where merchant_id = $1`,
  ],
  [
    'a WITH that writes',
    `with gone as (delete from event where merchant_id = $1 returning event_id)
     select 1 from notice where merchant_id = $1`,
    'a WITH that writes',
    'delete from event where merchant_id = $1 returning event_id',
  ],
  [
    'an insert of rows that are parameters',
    'insert into event (merchant_id, name) select $1, name from unnest($2::text[]) as r (name)',
    'an insert of rows without the row of the merchant',
    `insert into event (merchant_id, name) select m.merchant_id, name
     from (select merchant_id from merchant where merchant_id = $1) m cross join unnest($2::text[]) as r (name)`,
  ],
  [
    'an insert of rows that no table has',
    `insert into event (merchant_id, name) select $1, 'a' where not exists (
       select from event where merchant_id = $1)`,
    'an insert of rows without the row of the merchant',
    `insert into event (merchant_id, name) select m.merchant_id, 'a' from merchant m where m.merchant_id = $1
       and not exists (select from event where merchant_id = $1)`,
  ],
  [
    'an insert whose merchant is a parameter',
    'insert into event (merchant_id, name) select $1, m.name from merchant m where m.merchant_id = $1',
    'an insert whose merchant is not the column of its rows',
    'insert into event (merchant_id, name) select m.merchant_id, m.name from merchant m where m.merchant_id = $1',
  ],
  [
    'an insert of what a WITH selects',
    `with m as (select merchant_id, name from merchant where merchant_id = $1)
     insert into event (merchant_id, name) select merchant_id, name from m`,
    'an insert that selects from a WITH or a UNION',
    `insert into event (merchant_id, name)
     with m as (select merchant_id, name from merchant where merchant_id = $1) select merchant_id, name from m`,
  ],
  [
    'a subquery in an insert of values',
    `insert into event (merchant_id, name) values ($1, (select name from merchant where merchant_id = $1))`,
    'a subquery in an insert of values',
    'insert into event (merchant_id, name) select m.merchant_id, m.name from merchant m where m.merchant_id = $1',
  ],
  [
    'a stable function in ON CONFLICT',
    `insert into event (merchant_id, name) values ($1, 'a')
     on conflict (merchant_id) do update set at = statement_timestamp()`,
    'a function that is not immutable in ON CONFLICT',
    `insert into event (merchant_id, name, at) values ($1, 'a', statement_timestamp())
     on conflict (merchant_id) do update set at = excluded.at`,
  ],
  [
    'a stable function in RETURNING',
    'delete from event where merchant_id = $1 returning jsonb_build_object(name, at)',
    'a function that is not immutable in RETURNING',
    'delete from event where merchant_id = $1 returning name, at, stamps::text[]',
  ],
  [
    'a moment as text in an update',
    'update orders set name = due_at::text where merchant_id = $1',
    'a stable function of columns in an update',
    'update orders set name = $2 where merchant_id = $1 and due_at = $3',
  ],
  [
    'a moment that is compared with a day in a delete',
    `delete from orders where merchant_id = $1 and due_at < $2::date`,
    'a stable function of columns in an update',
    `delete from orders where merchant_id = $1 and due_at < $2::timestamptz`,
  ],
  [
    'the present in a CASE of an update',
    'update orders set state = case when due_at < current_timestamp then 1 end where merchant_id = $1',
    'a function that is not immutable in CASE or COALESCE of an update',
    'update orders set state = case when due_at < $2 then 1 end where merchant_id = $1',
  ],
  [
    'an outer join with a lateral subquery in an insert',
    `insert into event (merchant_id, event_id) select m.merchant_id, l.event_id from merchant m
     left join lateral (select event_id from event where merchant_id = $1 limit 1) l on true where m.merchant_id = $1`,
    'an outer join with a lateral subquery in an insert',
    `insert into event (merchant_id, event_id) select m.merchant_id, l.event_id from merchant m
     cross join lateral (select max(event_id) as event_id from event where merchant_id = $1) l
     where m.merchant_id = $1`,
  ],
  [
    'a poll of merchants that are a parameter',
    `select m.id from unnest($1::text[]) as m (id)
     where exists (select from rebill r where r.merchant_id = m.id)`,
    'a poll whose merchants are rows of a parameter',
    `select m.merchant_id from merchant m
     where m.merchant_id = any($1) and exists (select from rebill r where r.merchant_id = m.merchant_id)`,
  ],
  [
    'a value in the OFFSET of many merchants',
    'select m.merchant_id from merchant m order by 1 limit 5 offset (select $1::bigint)',
    'a subquery in LIMIT or OFFSET over many merchants',
    'select m.merchant_id from merchant m order by 1 limit 5 offset $1',
  ],
  [
    'a stamp that is taken where the rows are',
    `insert into event (merchant_id, stamp) select m.merchant_id, pg_current_xact_id()
     from merchant m where m.merchant_id = $1`,
    'a transaction id that is taken on a node',
    `insert into event (merchant_id, stamp) select m.merchant_id, $2::xid8
     from merchant m where m.merchant_id = $1`,
  ],
  [
    'a lateral subquery for each row',
    `select l.name from merchant m cross join lateral (
       select name from event e where e.merchant_id = m.merchant_id limit 1) l where m.merchant_id = $1`,
    'a subquery whose merchant is not a parameter',
    `select l.name from merchant m cross join lateral (
       select name from event e where e.merchant_id = $1 limit 1) l where m.merchant_id = $1`,
  ],
  [
    'a lock on rows of many merchants',
    'select 1 from orders o where o.merchant_id = any($1) for update of o skip locked',
    'a lock on rows of many merchants',
    'select 1 from orders o where o.merchant_id = $1 for update of o skip locked',
  ],
  [
    'groups of several kinds over many merchants',
    `select m.zone, count(*) from merchant m join orders o using (merchant_id)
     group by grouping sets ((m.zone), ())`,
    'a query over many merchants that no node can finish alone',
    'select m.zone, count(*) from merchant m join orders o using (merchant_id) group by m.zone',
  ],
  [
    'a recursive WITH over many merchants',
    `with recursive r (id) as (select merchant_id from merchant union all
       select o.name from r join orders o on o.merchant_id = r.id) select id from r`,
    'a query over many merchants that no node can finish alone',
    `with recursive r (id) as (select name from merchant where merchant_id = $1 union all
       select o.name from r join orders o on o.merchant_id = $1 and o.place = r.id) select id from r`,
  ],
  [
    'a merchant on one side of an OR',
    'select 1 from orders where merchant_id = $1 or order_id = $2',
    'a merchant that only one side of an OR names',
    'select 1 from orders where merchant_id = $1 and (order_id = $2 or name = $3)',
  ],
  [
    'a table of the coordinator',
    'select o.name from orders o cross join installation i where o.merchant_id = $1',
    'a table of the coordinator next to rows of merchants',
    'select o.name from orders o cross join api_key k where o.merchant_id = $1 and k.merchant_id = $1',
  ],
  [
    'a write of a table of all nodes',
    'delete from api_key k using merchant m where m.merchant_id = $1 and k.merchant_id = $1',
    'a write of a table of all nodes that reads rows of merchants',
    'delete from api_key k where k.merchant_id = $1',
  ],
  [
    'a MERGE of parameters',
    `merge into orders o using (select $1::text as id) k on o.merchant_id = k.id and o.merchant_id = $1
     when matched then update set name = $2`,
    'a MERGE of rows that are in no table',
    'update orders set name = $2 where merchant_id = $1',
  ],
];

for (const [name, refused, fault, accepted] of cases)
  test(`${name} is found, and its other form passes`, async () => {
    assert.ok((await shapeFaults(refused, catalogue)).has(fault), refused);
    assert.deepEqual([...(await shapeFaults(accepted, catalogue))], [], accepted);
  });

const migrations: [refused: string, fault: MigrationFault, accepted: string][] = [
  [
    'alter table item add column level int, add constraint item_level check (level >= 0)',
    'a constraint that is added together with other changes',
    'alter table item add column level int; alter table item add constraint item_level check (level >= 0)',
  ],
  [
    'alter table item add column level int not null default 0 check (level >= 0)',
    'a column that is added with a constraint or an identity',
    'alter table item add column level int not null default 0',
  ],
  [
    'alter table item add column place bigint generated always as identity',
    'a column that is added with a constraint or an identity',
    'alter table item add column place text generated always as (fold(merchant_item_id)) stored',
  ],
  [
    `create function name_of(id text) returns text stable
     begin atomic select m.name from merchant m where m.merchant_id = id; end`,
    'a function whose body is parsed when it is made',
    `create function name_of(id text) returns text language sql stable
     as 'select m.name from merchant m where m.merchant_id = id'`,
  ],
  [
    'alter table api_key add constraint key_merchant foreign key (merchant_id) references merchant',
    'a foreign key of a table that all nodes have',
    'alter table item add constraint item_merchant foreign key (merchant_id) references merchant',
  ],
  [
    'create table api_key (key_id int primary key, merchant_id text not null references merchant)',
    'a foreign key of a table that all nodes have',
    'create table api_use (key_id int primary key, merchant_id text not null references merchant)',
  ],
  [
    'create trigger keep before update on item for each row execute function keep()',
    'a trigger',
    'create table item_fact (merchant_id text, name text check (name > chr(0)), primary key (merchant_id, name))',
  ],
  [
    "update auto_order set document = coalesce(jsonb_build_object('note', '1'), '{}')",
    'a function that is not immutable in CASE or COALESCE of an update',
    "update auto_order set document = coalesce(jsonb_set(document, '{note}', '1'), '{}')",
  ],
];

for (const [refused, fault, accepted] of migrations)
  test(`of migrations, ${fault} is found, and its other form passes`, async () => {
    assert.deepEqual([...(await migrationFaults(refused, catalogue))], [fault]);
    assert.deepEqual([...(await migrationFaults(accepted, catalogue))], [], accepted);
  });

test('a poll of all merchants passes: each node returns its own rows', async () => {
  const poll = `select m.merchant_id from merchant m where exists (
    select from notice n where n.merchant_id = m.merchant_id and n.next_try_at <= statement_timestamp())`;
  assert.deepEqual([...(await shapeFaults(poll, catalogue))], []);
});
