import type { OperationId, ResponseOf } from '@perennial/contract/operations.ts';

/**
 * The body of a response as a test reads it, with every field of the contract. No field is
 * optional, because a test knows what it requested and fails where a field is missing. A refusal
 * has `error`.
 */
export type AnswerBody<Id extends OperationId = never> = [Id] extends [never]
  ? Refused
  : Whole<ResponseOf<Id>> & Refused;

/**
 * The fields that every response may have. The response to a request by path has only this type.
 */
export interface Refused {
  readonly success: boolean;
  readonly error: {
    readonly developer_message: string;
    readonly user_message: string;
    readonly error_code: string;
    readonly object_id: string;
  };
  readonly warning: { readonly warning_code: string; readonly warning_message: string };
}

/**
 * A wire type in which all fields are required, at every depth. The first elements of a list are
 * not optional either: a test that reads one of them fails where it is missing.
 */
export type Whole<Value> = Value extends readonly (infer Element)[]
  ? FirstOf<Whole<NonNullable<Element>>>
  : Value extends object
    ? { [Field in keyof Value]-?: Whole<NonNullable<Value[Field]>> }
    : Value;

type FirstOf<Element> = [Element, Element, Element, Element, ...Element[]];
