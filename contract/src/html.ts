/** HTML values whose types show that they are escaped. */

/** A piece of HTML. */
export interface Html {
  readonly text: string;
}

type Part = Html | string | readonly Html[];

/** Builds HTML from a template and values: escapes text, but not pieces or lists of pieces. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return raw(
    strings.map((string, i) => string + (i < parts.length ? textOf(parts[i]!) : '')).join(''),
  );
}

/** Marks a text that is already HTML. */
export function raw(text: string): Html {
  return { text };
}

/** Renders a list; nothing if it is empty. */
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
