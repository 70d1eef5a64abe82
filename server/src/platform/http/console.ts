import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pageFrame } from '../../kernel/pageFrame.ts';
import { type ConsoleAsset, type ConsoleFiles, readConsole } from './consoleFiles.ts';
import { consoleRoutes } from './consoleRoutes.ts';

/** The dependencies of the routes that serve the console. */
export interface ConsoleParts {
  /** The folder of the built console. Absent: it is not built. */
  readonly folder?: string | undefined;
  /** The origin to and from which browsers send and load files, if it is not this server. */
  readonly fileOrigin?: string | undefined;
  /** Returns a random value that differs for each response. */
  newNonce(): string;
}

/**
 * Serves the console's page at its routes, and its assets, from memory. The files are read once: a
 * later build takes effect at the next start, together with its server.
 */
export function addConsole(server: FastifyInstance, parts: ConsoleParts): void {
  const { folder } = parts;
  const loading = folder === undefined ? Promise.resolve(undefined) : readConsole(folder);
  // The first request reports a failure.
  loading.catch(() => {});
  for (const url of consoleRoutes)
    server.get(url, async (request, reply) => {
      const files = await loading;
      return files ? sendShell(request, reply, files, parts) : sendUnbuilt(reply);
    });
  server.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const asset = (await loading)?.assets.get(request.params.name);
    return asset ? sendAsset(request, reply, asset) : sendNoAsset(reply);
  });
}

/** The page contains no data: it loads them through the operations, with the session's cookie. */
function sendShell(
  request: FastifyRequest,
  reply: FastifyReply,
  files: ConsoleFiles,
  { fileOrigin, newNonce }: ConsoleParts,
): FastifyReply {
  const nonce = newNonce();
  return reply
    .headers({
      'Content-Security-Policy': policyOf(nonce, request.host, fileOrigin),
      'Referrer-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'no-cache',
    })
    .type('text/html; charset=utf-8')
    .send(files.index.replaceAll('__NONCE__', nonce));
}

/** Older versions of Safari do not include the live socket's address in 'self'. */
function policyOf(nonce: string, host: string, fileOrigin: string | undefined): string {
  const files = fileOrigin === undefined ? '' : ` ${fileOrigin}`;
  const socketHost = /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:${files}`,
    "font-src 'self'",
    `connect-src 'self'${socketHost}${files}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** An asset's name contains a hash of its content, so a browser may keep it for ever. */
function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  asset: ConsoleAsset,
): FastifyReply {
  reply.headers({
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
    ETag: asset.etag,
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  const { encoding, content } = encodedFor(request.headers['accept-encoding'] ?? '', asset);
  if (encoding) reply.header('Content-Encoding', encoding);
  return reply.type(asset.type).send(content);
}

function encodedFor(accepted: unknown, asset: ConsoleAsset) {
  const accepts = (name: string) => new RegExp(`\\b${name}\\b(?!;q=0(?:,|$))`).test(`${accepted}`);
  if (accepts('br')) return { encoding: 'br', content: asset.br };
  if (accepts('gzip')) return { encoding: 'gzip', content: asset.gzip };
  return { encoding: undefined, content: asset.raw };
}

/**
 * Missing assets never get the page: if a script request returned HTML, a tab could not detect
 * that it is older than the server.
 */
function sendNoAsset(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type('text/plain; charset=utf-8')
    .send('There is no such file in this build of the console. Reload the page.\n');
}

/** The start page when the console is not built: it says what to do. */
function sendUnbuilt(reply: FastifyReply): FastifyReply {
  return sendPlainPage(
    reply,
    'The console is not built',
    `<h1>The console is not built</h1>
<p>The API works; only these screens are missing. Run <code>npm start</code> in the project’s
folder: it builds the console and prints why when that fails.</p>
<p><a href="/docs">Reference</a> · <a href="/openapi.json">OpenAPI document</a> ·
<a href="/healthz">Health</a></p>`,
  );
}

/** Sends a page to a browser for an address that does not exist. */
export function sendNoPage(reply: FastifyReply): FastifyReply {
  return sendPlainPage(
    reply.code(404),
    'Nothing at this address',
    `<h1>Nothing at this address</h1>
<p>Check the address, or start from the <a href="/">console</a> or the
<a href="/docs">reference</a>.</p>`,
  );
}

const frame = pageFrame('');

function sendPlainPage(reply: FastifyReply, title: string, body: string): FastifyReply {
  return reply
    .header('Content-Security-Policy', frame.policy())
    .type('text/html; charset=utf-8')
    .send(frame.page(`${title} · Perennial`, body));
}

/** True when a browser opens an address that belongs neither to the API nor to a file. */
export function wantsPage(request: FastifyRequest): boolean {
  return (
    request.method === 'GET' &&
    !/^\/(rest|perennial|assets)\//.test(request.url) &&
    /\btext\/html\b/.test(request.headers.accept ?? '')
  );
}
