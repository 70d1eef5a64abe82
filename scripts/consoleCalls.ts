import { operation, operationIds } from '@perennial/contract/operations.ts';

/**
 * Returns the text of web/src/api/calls.ts: method, path and permissions of each operation. The
 * contract's own table is too large for a browser, because it contains every schema.
 */
export function consoleCallsText(): string {
  const rows = operationIds.map((id) => {
    const { method, base, path, permissions } = operation(id);
    const row = [method, base + path, permissions.join(' ')].map((text) => `'${text}'`);
    const line = `  ${id}: [${row.join(', ')}],`;
    if (line.length <= 100) return line;
    return [`  ${id}: [`, ...row.map((text) => `    ${text},`), '  ],'].join('\n');
  });
  return [
    '// Made from the contract by `npm run openapi`: method, path, permissions (one of them suffices).',
    'export const calls = {',
    ...rows,
    '} as const;',
    '',
  ].join('\n');
}
