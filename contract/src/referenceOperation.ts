/** Renders operations for the reference. */
import { bodyExamples, pathExamples, queryExamples } from './examples.ts';
import { expansions } from './expansions.ts';
import { type Html, html, raw } from './html.ts';
import {
  consoleHeader,
  defaultLimit,
  needsVersion,
  type Operation,
  type OperationId,
  operation,
  simpleKeyHeader,
  versionHeader,
} from './operations.ts';
import { fieldList, fieldsOf, modelLink, type ShownField } from './referenceModel.ts';
import { sortings } from './sorting.ts';

/** Renders a list of operations, each with a link to its details. */
export function operationTable(ids: readonly OperationId[]): Html {
  const rows = ids.map(
    (id) => html`<li><a href="/docs/${operation(id).tag}#${id}">${operation(id).summary}</a>
${route(operation(id))}</li>`,
  );
  return html`<ul class="operations">${rows}</ul>`;
}

/** Renders one operation with all details. */
export function operationArticle(id: OperationId, baseUrl: string): Html {
  const row = operation(id);
  return html`<article id="${id}"><h2><a href="#${id}">${row.summary}</a></h2>
<p class="route">${route(row)}</p>
<p>${row.description ?? ''}</p>
<p class="needs">${needs(row)} <span class="name">Client call: <code>${id}</code></span></p>
${section('In the path', fieldsOf(row.params))}
${section('In the query', withLimit(row))}
${names('_expand takes', row.expand && expansions[row.expand])}
${names('_sort takes', row.sort && sortings[row.sort])}
${bodyOf(row)}
<h3>Answer</h3>${answer(row)}
<h3>Example</h3><pre tabindex="0"><code>${exampleRequest(id, baseUrl)}</code></pre>
</article>`;
}

/** A shell command that calls the operation; the key is in $KEY. */
export function exampleRequest(id: OperationId, baseUrl: string): string {
  const row = operation(id);
  const path = row.path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(pathExamples[name]!),
  );
  const query = queryExamples[id] ? `?${queryExamples[id]}` : '';
  const parts = [
    `curl ${row.method === 'GET' ? '' : `-X ${row.method} `}'${baseUrl}${row.base}${path}${query}'`,
    ...(row.permissions.length > 0 || row.anyCaller ? [`-H "${simpleKeyHeader}: $KEY"`] : []),
    ...(row.sessionOnly ? sessionArguments(row) : []),
    ...(needsVersion(row) ? [`-H '${versionHeader.name}: ${versionHeader.value}'`] : []),
    ...body(id, row),
  ];
  return parts.join(' \\\n  ');
}

/** The cookie, and the headers that a change with the cookie needs. */
function sessionArguments({ method }: Operation): string[] {
  const cookie = '-b "perennial=$SESSION"';
  if (method === 'GET') return [cookie];
  const { name, value } = consoleHeader;
  return [cookie, `-H '${name}: ${value}'`, "-H 'Sec-Fetch-Site: same-origin'"];
}

function body(id: OperationId, { body, form }: Operation): string[] {
  if (!body) return [];
  const example = bodyExamples[id] as Record<string, unknown>;
  if (form)
    return Object.entries(example).map(
      ([name, value]) => `--data-urlencode '${name}=${String(value)}'`,
    );
  return [`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(example, undefined, 2)}'`];
}

function route({ method, base, path }: Operation): Html {
  const breakable = html`${base}${path}`.text.replaceAll('/', '/<wbr>');
  return html`<span class="method ${method.toLowerCase()}">${method}</span> <code>${raw(breakable)}</code>`;
}

function needs({ permissions, needsAll, anyCaller, sessionOnly }: Operation): Html {
  if (sessionOnly) return raw('Needs a session.');
  if (anyCaller) return raw('Any key, token or session suffices.');
  if (permissions.length === 0) return raw('Needs no key.');
  const codes = permissions.map((permission) => html`<code>${permission}</code>`.text);
  return raw(`Needs ${codes.join(needsAll ? ' and ' : ' or ')}.`);
}

function section(title: string, fields: Readonly<Record<string, ShownField>>): Html {
  return Object.keys(fields).length > 0 ? html`<h3>${title}</h3>${fieldList(fields)}` : html``;
}

function withLimit({ query, maxLimit }: Operation): Readonly<Record<string, ShownField>> {
  const { _limit, ...fields } = fieldsOf(query);
  if (!_limit) return fields;
  const description = `The most records to return: ${defaultLimit} unless given, at most ${maxLimit}.`;
  return { ...fields, _limit: { ..._limit, description } };
}

function bodyOf({ body, bodyOptional, form }: Operation): Html {
  if (!body) return html``;
  const how = `${bodyOptional ? ', may be left out' : ''}${form ? ', as a form' : ''}`;
  return html`<h3>Body</h3><p>${modelLink(body.$id)}${how}</p>`;
}

function names(title: string, known: readonly string[] | undefined): Html {
  if (!known) return html``;
  return html`<details><summary>${title}</summary><p>${known.map((name) => html`<code>${name}</code> `)}</p></details>`;
}

const envelope = new Set(['error', 'metadata', 'success', 'warning']);

function answer({ response, status, payload }: Operation): Html {
  if (!response) return html`<p>${String(status)} without a body.</p>`;
  if (!payload) return html`<p>${modelLink(response.$id)}</p>`;
  const own = Object.entries(fieldsOf(response)).filter(([name]) => !envelope.has(name));
  return fieldList(Object.fromEntries(own));
}
