import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';

/**
 * The structured log: a line of JSON each. What it is handed must be fit to be read by whoever runs the server, so requests are logged by operation
 * and never by query or body; should a secret slip into a line all the same, it is struck out here.
 */
export function openLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, redact: { paths: secrets, censor: '[redacted]' }, serializers: { err: errorWithoutData } };
  return destination ? pino(options, destination) : pino(options);
}

const secretNames = [
  'key', 'apiKey', 'simpleKey', 'secret', 'token', 'accessToken', 'refreshToken', 'bearerToken', 'password', 'authorization', 'cookie',
  'card_number', 'card_number_token', 'card_verification_number', 'card_verification_number_token', 'connectionString',
];
const headerName = '["x-ultracart-simple-key"]';
const secrets = [
  ...secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  headerName, `*${headerName}`, `*.*${headerName}`,
];

/** Of an error its kind, words and place. PostgreSQL's own errors also carry the row's values, which are customers' data. */
function errorWithoutData(error: Error): object {
  const { type, message, stack, code } = stdSerializers.errWithCause(error) as { type: string; message: string; stack: string; code?: string };
  return { type, message, stack, ...(code === undefined ? {} : { code }), ...(error.cause instanceof Error ? { cause: errorWithoutData(error.cause) } : {}) };
}
