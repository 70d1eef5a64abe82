/**
 * The reference at /docs: pages of plain HTML without scripts, generated from the table and the
 * models. The first page lists the others: one for each area with its operations and models, one
 * for the events and one for the refusals.
 */

import { errors } from './errors.ts';
import { events } from './events.ts';
import { escapeHtml, type Html, html, list, raw } from './html.ts';
import {
  errorHeader,
  type OperationId,
  operation,
  operationIds,
  simpleKeyHeader,
  versionHeader,
} from './operations.ts';
import { modelArticle } from './referenceModel.ts';
import { exampleRequest, operationArticle, operationTable } from './referenceOperation.ts';
import { referenceStyle } from './referenceStyle.ts';
import { type Area, schemasOf } from './schemas.ts';

/** The facts about the server that the pages need. */
export interface ReferenceOptions {
  /** The address of the server, without a slash at the end, so that the examples can be pasted. */
  readonly baseUrl: string;
}

/** The pages in order: the last part of the path (empty for /docs itself) and the title. */
export const referencePages = {
  '': 'Start',
  auto_order: 'Auto orders',
  order: 'Orders',
  item: 'Items',
  coupon: 'Coupons',
  customer: 'Customers',
  webhook: 'Webhooks',
  workflow: 'Workflow',
  user: 'Users and groups',
  session: 'Sessions',
  oauth: 'OAuth',
  perennial: 'Clock, previews, settings',
  common: 'Common models',
  events: 'Events',
  refusals: 'Refusals',
} as const;

/** The last part of a page's path. */
export type ReferencePage = keyof typeof referencePages;

/** Returns a page as a complete document; undefined when there is no such page. */
export function renderReference(page: string, options: ReferenceOptions): string | undefined {
  if (!Object.hasOwn(referencePages, page)) return undefined;
  const known = page as ReferencePage;
  return documentOf(known, contentOf(known, options)).text;
}

function contentOf(page: ReferencePage, options: ReferenceOptions): Html {
  switch (page) {
    case '':
      return startPage(options);
    case 'events':
      return eventsPage();
    case 'refusals':
      return refusalsPage();
    default:
      return areaPage(page, options);
  }
}

function documentOf(page: ReferencePage, content: Html): Html {
  const title =
    page === '' ? 'Perennial reference' : `${referencePages[page]} · Perennial reference`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(referenceStyle)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="brand" href="/docs">Perennial</a> <span>reference</span> <a href="/openapi.json">openapi.json</a>
</header>
<div class="columns">
<nav aria-label="Pages">${list(pageLinks(page))}</nav>
<main id="content" tabindex="-1">
<h1>${page === '' ? 'The Perennial API' : referencePages[page]}</h1>
${content}
</main>
</div>
</body>
</html>
`;
}

function pageLinks(current: ReferencePage): Html[] {
  return Object.entries(referencePages).map(([page, title]) => {
    const here = page === current;
    const link = html`<a href="/docs${page && `/${page}`}"${raw(here ? ' aria-current="page"' : '')}>${title}</a>`;
    return here ? html`${link}${list(operationsOf(page).map(operationLink))}` : link;
  });
}

function operationsOf(area: string): OperationId[] {
  return operationIds.filter((id) => operation(id).tag === area);
}

function operationLink(id: OperationId): Html {
  return html`<a href="#${id}">${operation(id).summary}</a>`;
}

function startPage(options: ReferenceOptions): Html {
  return html`
<p class="lead">Recurring orders, billed on time and exactly once. The operations under
<code>/rest/v2</code> are compatible with UltraCart’s REST API v2, so its published clients work
here unchanged; those under <code>/perennial/v1</code> exist only here.</p>
<h2 id="first">A first request</h2>
<p>Put your key into the shell once, then paste any example of these pages.</p>
${code("export KEY='your key'")}
${code(exampleRequest('getAutoOrders', options.baseUrl))}
${rules.map(([title, text]) => html`<h2>${title}</h2>${text}`)}
<h2 id="operations">All operations</h2>
${Object.entries(referencePages).map(([page, title]) => operationsSection(page, title))}`;
}

const rules: readonly (readonly [title: string, text: Html])[] = [
  [
    'Who you are',
    html`<p>Send a key in <code>${simpleKeyHeader}</code>, or a token in
<code>Authorization: Bearer</code>. Each operation names the permissions of which any one suffices. Under
<code>/rest/v2</code> also send <code>${versionHeader.name}: ${versionHeader.value}</code>.</p>`,
  ],
  [
    'Responses',
    html`<p>Every response has <code>success</code> and <code>metadata</code> along with its result. A value that is
absent is left out: there is no <code>null</code>. Dates carry the merchant’s zone and whole seconds,
<code>2026-03-31T00:00:00-04:00</code>; they are accepted with or without milliseconds and offset.</p>`,
  ],
  [
    'Refusals',
    html`<p>A refused request has changed nothing. Its status, its header <code>${errorHeader}</code> and its
body say what was wrong and how to fix it. <a href="/docs/refusals">All refusals</a>.</p>`,
  ],
  [
    'Long lists',
    html`<p><code>_limit</code> is 100 unless you say otherwise. While
<code>metadata.result_set.more</code> is true, send the request again with <code>_offset</code> set to
<code>next_offset</code>.
<code>_sort</code> takes fields separated by commas, <code>-</code> in front for descending; write a plus as
<code>%2B</code>.</p>`,
  ],
  [
    'More than the scalars',
    html`<p>A response contains the scalar fields. Name the parts you need in <code>_expand</code>,
separated by commas; a warning lists names that are not known.</p>`,
  ],
  [
    'Changing things',
    html`<p>An update changes what it names: a field or part that is absent stays as it is. A list
that is given is the whole list; an element that is sent back may lack what is <code>false</code> or 0 in it.
Read-only fields are ignored, so what was read can be sent back. A request that changes something may carry an
<code>Idempotency-Key</code>: repeated with the same key it is done once. Operations that list <code>If-Match</code>
compare it with the <code>ETag</code> of what was read, and refuse the change when another
person was faster; others refuse the header.</p>`,
  ],
];

function operationsSection(page: string, title: string): Html {
  const ids = operationsOf(page);
  return ids.length === 0
    ? html``
    : html`<h3><a href="/docs/${page}">${title}</a></h3>${operationTable(ids)}`;
}

function areaPage(area: Area, options: ReferenceOptions): Html {
  const ids = operationsOf(area);
  const models = schemasOf(area).filter(({ $id }) => !isAnswer($id));
  return html`
${ids.length > 0 ? operationTable(ids) : ''}
${area === 'workflow' ? liveNote : ''}
${ids.map((id) => operationArticle(id, options.baseUrl))}
${models.length > 0 ? html`<h2 id="models">Models</h2>` : ''}
${[...models].sort(byName).map(modelArticle)}`;
}

const liveNote = html`
<h2 id="live">Live</h2>
<p>Ask <a href="#getWorkflowAgentWebsocketAuthorization">for authorization</a>, then connect to
<code>websocket_url?token=jwt</code>; add <code>&amp;after=cursor</code> to get what was missed since. Each frame is one
JSON object: the server sends <a href="#LiveFrame">LiveFrame</a>, the client
<a href="#LiveClientFrame">LiveClientFrame</a>. A socket that also reports auto orders, orders, advances of the clock
and deliveries is opened with <a href="/docs/perennial#authorizeLive">authorizeLive</a>.</p>`;

/** Models of responses are shown with their operations. */
function isAnswer(name: string): boolean {
  return operationIds.some(
    (id) => operation(id).response?.$id === name && operation(id).payload !== undefined,
  );
}

function byName(one: { $id: string }, other: { $id: string }): number {
  return one.$id.localeCompare(other.$id);
}

function eventsPage(): Html {
  return html`
<p>Subscribe to events by <a href="/docs/webhook#insertWebhook">a webhook</a>, or fetch them from
<a href="/docs/perennial#getEvents">the feed</a>. The payload is the object as of the commit that made the event.</p>
<dl>${Object.entries(events).map(
    ([name, event]) => html`<dt id="${name}"><code>${name}</code>
<span class="type">${event.payload}</span></dt>
<dd>${event.description}${event.supportsReflow ? ' Can be sent again for every record.' : ''}</dd>`,
  )}</dl>`;
}

function refusalsPage(): Html {
  const rows = Object.entries(errors).map(([code, { status, message }]) => {
    const text = (message as (words: unknown) => string)(placeholders);
    return html`<dt id="${code}"><code>${code}</code> <span class="type">${String(status)}</span></dt><dd>${text}</dd>`;
  });
  return html`<p>The message is in the header <code>${errorHeader}</code> and in <code>error</code> of the body.</p>
<dl>${rows}</dl>`;
}

/** The placeholder in a message for a value that varies: its name in angle brackets. */
const placeholders = new Proxy(
  {},
  {
    get: (_, name) => (listWords.has(String(name)) ? [`<${String(name)}>`] : `<${String(name)}>`),
  },
);
const listWords = new Set(['allowed', 'needed', 'steps']);

function code(text: string): Html {
  return raw(`<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`);
}
