/** Renders models and their fields for the reference. */
import { type Html, html, raw } from './html.ts';
import { areas, schemasOf } from './schemas.ts';

/** The parts of a field that the reference shows. */
export interface ShownField {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly items?: ShownField;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly readOnly?: true;
  readonly description?: string;
}

/** A model with its fields. */
export function modelArticle(model: { readonly $id: string; readonly description?: string }): Html {
  return html`<article id="${model.$id}" class="model"><h3><a href="#${model.$id}">${model.$id}</a></h3>
<p>${model.description ?? ''}</p>${fieldList(fieldsOf(model))}</article>`;
}

/** The fields of a schema. */
export function fieldsOf(schema: object | undefined): Readonly<Record<string, ShownField>> {
  return ((schema ?? {}) as { properties?: Record<string, ShownField> }).properties ?? {};
}

/** Renders fields with their types and notes. */
export function fieldList(fields: Readonly<Record<string, ShownField>>): Html {
  const entries = Object.entries(fields).map(
    ([name, field]) => html`<dt><code>${name}</code>
<span class="type">${typeOf(field)}</span>${field.readOnly ? html` <span class="mark">read-only</span>` : ''}</dt>
<dd>${field.description ?? ''} ${values(field)}</dd>`,
  );
  return html`<dl>${entries}</dl>`;
}

/** Returns a link to a model on the page that describes it. */
export function modelLink(name: string): Html {
  return html`<a href="/docs/${areaOfModel.get(name)!}#${name}">${name}</a>`;
}

function typeOf({ $ref, type, format, items, maxLength, enum: values }: ShownField): Html {
  if ($ref) return modelLink($ref);
  if (items) return html`list of ${typeOf(items)}`;
  if (values) return raw('one of');
  const limit = maxLength ? `, at most ${maxLength}` : '';
  return html`${format === 'date-time' ? 'date' : (format ?? type ?? '')}${limit}`;
}

function values({ enum: values }: ShownField): Html {
  return html`${(values ?? []).map((value) => html`<code>${value === '' ? '""' : value}</code> `)}`;
}

const areaOfModel = new Map(
  areas.flatMap((area) => schemasOf(area).map(({ $id }) => [$id, area] as const)),
);
