// A bare Fastify with a pool of connections: the least that any server on PostgreSQL has to start.
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
const server = Fastify();
server.get('/', async () => (await pool.query('select 1 as one')).rows[0]);
process.once('SIGTERM', async () => {
  await server.close();
  await pool.end();
});
await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
