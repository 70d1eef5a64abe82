/** HTML as values that know they are escaped. */

/** A piece of HTML. */
export interface Html {
  readonly text: string;
}

type Part = Html | string | readonly Html[];

/** HTML with values put in: text is escaped, pieces and lists of pieces are not. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return raw(
    strings.map((string, i) => string + (i < parts.length ? textOf(parts[i]!) : '')).join(''),
  );
}

/** Text that is HTML already. */
export function raw(text: string): Html {
  return { text };
}

/** A list; nothing when it is empty. */
export function list(entries: readonly Html[]): Html {
  return entries.length === 0
    ? raw('')
    : html`<ul>${entries.map((entry) => html`<li>${entry}</li>`)}</ul>`;
}

/** Escapes text for use between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part);
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
}
