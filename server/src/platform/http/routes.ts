import type {
  BodyOf,
  OperationId,
  ParamsOf,
  QueryOf,
  VersionedId,
} from '@perennial/contract/operations.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { Context } from '../context.ts';
import type { Answer } from './answer.ts';

/** The input of a handler, parsed and validated against the contract. */
export type Input<Id extends OperationId> = ParsedInput<Id> &
  // The version of an `If-Match` header, for clients that update only what they have seen.
  (Id extends VersionedId ? { readonly ifMatch?: number } : object);

interface ParsedInput<Id extends OperationId> {
  readonly params: ParamsOf<Id>;
  readonly query: QueryOf<Id>;
  /**
   * As the client sent it: absent fields are undefined, and any field may be an explicit null (see
   * contract, input).
   */
  readonly body: BodyOf<Id>;
  readonly expand: ReadonlySet<string>;
  readonly page: Page;
  readonly sort: readonly SortField[];
}

/** The part of a list that a request asks for. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** The function of one operation: it gets the parsed input and returns the result. */
export type Handler<Id extends OperationId> = (
  context: Context,
  input: Input<Id>,
) => Promise<Answer>;

/**
 * A feature's part of the route table: one line for each operation of the contract, with its
 * function.
 */
export type Routes = { readonly [Id in OperationId]?: Handler<Id> };
