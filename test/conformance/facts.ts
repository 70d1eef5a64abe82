/**
 * The API as it was published: the auto_order document, the workflow document, and the API that its
 * newest published clients use. All of it is plain data; the tests in this folder compare our
 * contract with it.
 */
import { readFileSync } from 'node:fs';
import type { OperationId } from '@perennial/contract/operations.ts';

/** A field, or the elements of a list. */
export interface FactField {
  readonly type?: string;
  readonly format?: string;
  readonly items?: FactField;
  readonly ref?: string;
  readonly maxLength?: number;
  readonly readOnly?: boolean;
  readonly enum?: readonly string[];
}

/** A model. */
export interface FactModel {
  readonly fields: Readonly<Record<string, FactField>>;
  readonly readOnlyObject?: true | 'except on insert';
  /** Present when only some of the model's fields are listed. */
  readonly subset?: true;
}

/** An operation as a source describes it. */
export interface FactOperation {
  /** Missing in the auto_order document, which identifies operations by method and path. */
  readonly operationId?: string;
  readonly method: string;
  readonly path: string;
  readonly pathParams: readonly FactParameter[];
  readonly query: readonly FactParameter[];
  readonly body: { readonly schema?: string } | null;
  readonly responses: Readonly<Record<string, string | null>>;
  /** The permissions that a document states; absent where they could only be guessed. */
  readonly permissions?: readonly string[];
}

/** A parameter of a path or a query. */
export interface FactParameter {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly max?: number;
  readonly allowed?: readonly string[];
}

/** One source of facts. */
export interface Facts {
  readonly models: Readonly<Record<string, FactModel>>;
  readonly operations: readonly FactOperation[];
}

/** The auto_order document. */
export const autoOrderDocument: Facts & { readonly events: readonly string[] } = (() => {
  const file = read<AutoOrderDocumentFile>('autoOrderDocument.json');
  return {
    models: file.objects,
    operations: file.operations,
    events: file.webhookEvents.map(({ event }) => event),
  };
})();

/** The workflow document. */
export const workflowDocument = read<Facts>('workflowDocument.json');

/** The API that its newest published clients use. */
export const currentApi: Facts & {
  readonly expansions: Readonly<Record<string, readonly string[]>>;
} = (() => {
  const file = read<ByTag & { expansions: Record<string, string[]> }>('currentApi.json');
  return {
    models: file.models,
    operations: Object.values(file.operations).flat(),
    expansions: file.expansions,
  };
})();

/** The operations that were published later and that we implement. */
export const newer: Facts = (() => {
  const file = read<ByTag>('newer.json');
  return { models: file.models, operations: Object.values(file.operations).flat() };
})();

/** The fields of further models of responses, by name only. */
export const responseFields = read<Readonly<Record<string, readonly string[]>>>('responses.json');

/** The query parameters of the published clients (4.1.86, 4.1.67), by operation and name. */
export const queryNames =
  read<Readonly<Partial<Record<OperationId, readonly string[]>>>>('parameters.json');

interface AutoOrderDocumentFile {
  readonly objects: Facts['models'];
  readonly operations: readonly FactOperation[];
  readonly webhookEvents: readonly { readonly event: string }[];
}

interface ByTag {
  readonly models: Facts['models'];
  readonly operations: Readonly<Record<string, readonly FactOperation[]>>;
}

function read<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`facts/${name}`, import.meta.url), 'utf8')) as Shape;
}
