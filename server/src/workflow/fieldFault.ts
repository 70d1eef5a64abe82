/** What is wrong with a field, and how to fix it: the words of the refusal `invalid_field`. */
export interface FieldFault {
  readonly field: string;
  readonly reason: string;
  readonly fix: string;
}
