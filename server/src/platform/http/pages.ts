import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refusal.ts';

/**
 * The pages for a browser: the start page, the reference, the OpenAPI document. They run no script
 * and load nothing from other hosts. The modules that make the documents are loaded at the first
 * request, because a start does not need them.
 */
export function addPages(server: FastifyInstance): void {
  server.get('/', async (_request, reply) => sendPage(reply, landingPage));
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
    .header('X-Content-Type-Options', 'nosniff')
    .header('Referrer-Policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(html);
}

const landingPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Perennial</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 12vh auto; padding: 0 1.25rem; }
  h1 { font-size: 2rem; margin-bottom: .25rem; }
  dt { font-weight: 600; margin-top: .9rem; }
  dd { margin: 0; }
</style>
</head>
<body>
<main>
<h1>Perennial</h1>
<p>This server keeps recurring orders and bills them on time. Its API under <code>/rest/v2</code>
is compatible with UltraCart’s REST API v2.</p>
<dl>
  <dt><a href="/docs">Reference</a></dt><dd>Every operation, its fields and an example that can be pasted.</dd>
  <dt><a href="/openapi.json">OpenAPI document</a></dt><dd>The same for programs.</dd>
  <dt><a href="/healthz">Health</a>, <a href="/readyz">readiness</a>,
  <a href="/metrics">metrics</a></dt><dd>For the operator.</dd>
</dl>
</main>
</body>
</html>
`;
