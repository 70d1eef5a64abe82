// The yardstick of the HTTP benchmark: the smallest server that returns the same JSON from the same
// PostgreSQL. It has no keys, limits or checks.
import Fastify from 'fastify';
import pg from 'pg';
import { autoOrderJson } from '../../server/src/autoOrders/present.ts';
import { inZone } from '../../server/src/platform/storage/zone.ts';

const merchantId = 'BENCH';
const zone = 'America/New_York';
const one = autoOrderJson('a', new Set(['items', 'original_order', 'rebill_orders']));
const many = autoOrderJson('a', new Set(['items']));
const oneText = `select ${one} as json from auto_order a where a.merchant_id = $1
  and a.auto_order_oid = $2::int and ${inZone('$3')}`;
const manyText = `
  select '[' || string_agg(${many}, ',' order by a.auto_order_oid) || ']' as json
  from (select * from auto_order where merchant_id = $1 order by auto_order_oid
    limit 100 offset $2::int) a where ${inZone('$3')}`;

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
const server = Fastify();

server.get<{ Params: { oid: string } }>('/one/:oid', async (request, reply) => {
  const { rows } = await pool.query({
    name: 'one',
    text: oneText,
    values: [merchantId, request.params.oid, zone],
  });
  return reply.type('application/json; charset=utf-8').send(rows[0].json);
});
server.get<{ Querystring: { offset?: string } }>('/many', async (request, reply) => {
  const { rows } = await pool.query({
    name: 'many',
    text: manyText,
    values: [merchantId, request.query.offset ?? 0, zone],
  });
  return reply.type('application/json; charset=utf-8').send(rows[0].json);
});
server.get('/ready', async (_request, reply) => {
  await pool.query('select 1');
  return reply.send('ready');
});

process.once('SIGTERM', async () => {
  await server.close();
  await pool.end();
});
await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
