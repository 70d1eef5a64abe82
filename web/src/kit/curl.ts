/** A request as an integrator sends it. */
export interface ShownRequest {
  readonly method: string;
  /** With its query, from the first slash. */
  readonly path: string;
  readonly body?: unknown;
}

/**
 * A request as a curl line. The key is the placeholder `$KEY`: the session is never shown, and a
 * person puts in an API key.
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

/** A text as one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
