// A receiver of webhooks that does as little as possible: it reads the body and returns 200.
import { createServer } from 'node:http';

createServer((request, response) => request.resume().on('end', () => response.end())).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);
process.once('SIGTERM', () => process.exit());
