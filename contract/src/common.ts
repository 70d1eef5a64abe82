/**
 * What all resources share: the envelope of an answer, the error body, and small values such as money and weight.
 */
import type { Static, TProperties } from 'typebox';
import { decimal, flag, int32, model, one, oneOf, text } from './fields.ts';

/** Currency */
export const Currency = model('Currency', 'Currency', {
  currency_code: text(),
  exchange_rate: decimal(),
  localized: decimal(),
  localized_formatted: text(),
  value: decimal(),
});
export type Currency = Static<typeof Currency>;

/** Distance */
export const Distance = model('Distance', 'Distance', {
  uom: oneOf(['IN', 'CM']),
  value: decimal(),
});
export type Distance = Static<typeof Distance>;

/** Weight */
export const Weight = model('Weight', 'Weight', {
  uom: oneOf(['KG', 'G', 'LB', 'OZ']),
  value: decimal(),
});
export type Weight = Static<typeof Weight>;

/** Property */
export const Property = model('Property', 'Property', {
  name: text(),
  value: text(),
});
export type Property = Static<typeof Property>;

/** HTTPHeader */
export const HTTPHeader = model('HTTPHeader', 'HTTPHeader', {
  name: text(),
  value: text(),
});
export type HTTPHeader = Static<typeof HTTPHeader>;

/** Error */
export const ApiError = model('Error', 'Error', {
  developer_message: text(),
  error_code: text('The HTTP status as a string.'),
  more_info: text(),
  object_id: text(),
  user_message: text(),
});
export type ApiError = Static<typeof ApiError>;

/** Warning */
export const Warning = model('Warning', 'Warning', {
  more_info: text(),
  warning_code: text(),
  warning_message: text(),
});
export type Warning = Static<typeof Warning>;

/** ResultSet */
export const ResultSet = model('ResultSet', 'ResultSet', {
  count: int32(),
  limit: int32(),
  more: flag(),
  next_offset: int32('Offset of the next query.'),
  offset: int32('Zero based.'),
  total_records: int32('May be null when unknown: the client goes on while more is true.'),
});
export type ResultSet = Static<typeof ResultSet>;

/** ResponseMetadata */
export const ResponseMetadata = model('ResponseMetadata', 'ResponseMetadata', {
  payload_name: text(),
  result_set: one(ResultSet),
});
export type ResponseMetadata = Static<typeof ResponseMetadata>;

/** The envelope of every answer and every refusal. */
const envelope = {
  error: one(ApiError, 'Present when success is false.'),
  metadata: one(ResponseMetadata),
  success: flag('False when the request was refused.'),
  warning: one(Warning),
};

/** The body of every refusal. */
export const ErrorResponse = model('ErrorResponse', 'The body of every refusal.', envelope);
export type ErrorResponse = Static<typeof ErrorResponse>;

/** An answer: the envelope around one or more payload fields. */
export function answer<Payload extends TProperties>(name: string, payload: Payload) {
  const keys = Object.keys(payload).join(', ');
  return model(name, `The envelope around ${keys}.`, { ...payload, ...envelope });
}
