import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refusal.ts';

/**
 * The pages for a browser besides the console: the reference and the OpenAPI document. They run no
 * script and load nothing from other hosts. The modules that make the documents are loaded at the
 * first request, because a start does not need them.
 */
export function addPages(server: FastifyInstance): void {
  server.get('/docs', async (request, reply) => sendPage(reply, await referencePage(request, '')));
  server.get<{ Params: { page: string } }>('/docs/:page', async (request, reply) =>
    sendPage(reply, await referencePage(request, request.params.page)),
  );

  let document: string | undefined;
  server.get('/openapi.json', async (_request, reply) => {
    document ??= (await import('@perennial/contract/openapi.ts')).openApiText();
    return reply.type('application/json').send(document);
  });
}

async function referencePage(request: FastifyRequest, page: string): Promise<string> {
  const { renderReference } = await import('@perennial/contract/reference.ts');
  const html = renderReference(page, { baseUrl: `${request.protocol}://${request.host}` });
  return html ?? refuse('not_found', { what: 'page', id: page });
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    )
    .type('text/html; charset=utf-8')
    .send(html);
}
