/** The fault of a field, and its fix: the parameters of the refusal `invalid_field`. */
export interface FieldFault {
  /** The path of the field as a client writes it, for example `items[0].quantity`. */
  readonly field: string;
  /** Completes "`field` …", for example `is missing`. */
  readonly reason: string;
  /** The fix, such as another value to send: a sentence without its full stop. */
  readonly fix: string;
}
