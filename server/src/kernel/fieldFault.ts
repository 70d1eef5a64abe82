/** The fault of a field, and its fix: the parameters of the refusal `invalid_field`. */
export interface FieldFault {
  /** The path of the field as a client sends it, for example `items[0].quantity`. */
  readonly field: string;
  /** Continues a sentence after the field's name, for example `is missing`. */
  readonly reason: string;
  /** The fix as a sentence without its full stop, such as another value to send. */
  readonly fix: string;
}
