/** A request that an integrator can send. */
export interface ShownRequest {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly body?: unknown;
}

/**
 * A request as a curl command. `$KEY` is the placeholder for an API key; the session is never
 * shown.
 */
export function curlOf({ method, path, body }: ShownRequest, origin: string): string {
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(origin + path)}`,
    '  -H "X-UltraCart-Simple-Key: $KEY"',
    '  -H "X-UltraCart-Api-Version: 2017-03-01"',
  ];
  if (body !== undefined)
    lines.push(
      '  -H "Content-Type: application/json; charset=UTF-8"',
      `  -d ${quoted(JSON.stringify(body))}`,
    );
  return lines.join(' \\\n');
}

/** Quotes a text for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
