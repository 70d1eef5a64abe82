/** What is wrong with a field, and how to fix it: the parameters of the refusal `invalid_field`. */
export interface FieldFault {
  /** The path of the field as a client writes it, for example `items[0].quantity`. */
  readonly field: string;
  /** Completes "`field` …", for example `is missing`. */
  readonly reason: string;
  /** What the client should send instead: a sentence without its full stop. */
  readonly fix: string;
}
