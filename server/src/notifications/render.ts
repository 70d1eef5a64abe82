import { escapeHtml } from '../kernel/html.ts';
import type { Block, Letter } from './letter.ts';

/** Renders the letter as plain text. */
export function plainText(letter: Letter): string {
  return `${letter.blocks.map(blockText).join('\n\n')}\n`;
}

/** Renders the letter as HTML: no images, no scripts, and readable without its styles. */
export function html(letter: Letter): string {
  return `<!doctype html>
<html lang="en">
<head>${metas}<title>${escapeHtml(letter.subject)}</title></head>
<body style="${bodyStyle}">
${letter.blocks.map(htmlOf).join('\n')}
</body>
</html>
`;
}

const metas = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';

const bodyStyle =
  'margin:0 auto;padding:24px;max-width:36em;font:16px/1.5 system-ui,sans-serif;' +
  'color:#1a1a1a;background:#ffffff';

function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.text;
    case 'list':
      return block.entries.map((entry) => `- ${entry}`).join('\n');
    case 'amounts':
      return block.rows.map(([label, amount]) => `${label}: ${amount}`).join('\n');
    case 'link':
      return `${block.label}:\n${block.url}`;
  }
}

function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(block.text).replaceAll('\n', '<br>')}</p>`;
    case 'list':
      return `<ul>${block.entries.map((entry) => `<li>${escapeHtml(entry)}</li>`).join('')}</ul>`;
    case 'amounts':
      return `<table style="border-collapse:collapse;width:100%">${block.rows.map(amountRow).join('')}</table>`;
    case 'link':
      return `<p><a href="${escapeHtml(block.url)}" style="color:#0b57d0">${escapeHtml(block.label)}</a></p>`;
  }
}

function amountRow(
  [label, amount]: readonly [string, string],
  index: number,
  rows: readonly unknown[],
): string {
  const style = index === rows.length - 1 ? 'font-weight:bold;border-top:1px solid #767676;' : '';
  return (
    `<tr><th scope="row" style="font-weight:normal;${style}text-align:left;padding:4px 8px ` +
    `4px 0">${escapeHtml(label)}</th>` +
    `<td style="${style}text-align:right;padding:4px 0">${escapeHtml(amount)}</td></tr>`
  );
}
