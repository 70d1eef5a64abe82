import type { FastifyInstance } from 'fastify';
import { sheetStyles } from './sheetHtml.ts';

/** The path of the style sheet of orders that are formatted as `div` elements. */
export const sheetStylesPath = '/perennial/v1/order.css';

/** Adds the public endpoint of the style sheet. */
export function addSheetStyles(server: FastifyInstance): void {
  server.get(sheetStylesPath, (_request, reply) =>
    reply
      .header('Cache-Control', 'public, max-age=3600')
      .type('text/css; charset=utf-8')
      .send(sheetStyles),
  );
}
