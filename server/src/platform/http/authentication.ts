import type { Outcome } from '../../kernel/outcome.ts';
import type { Actor } from '../context.ts';
import type { Refusal } from './refusal.ts';

/** The caller and its merchant. */
export interface Principal {
  readonly merchantId: string;
  readonly actor: Actor;
}

/** The credentials in a request. */
export interface Credentials {
  readonly simpleKey?: string;
  /**
   * Absent when the request has no token, and when the header was an empty `Bearer`, which some
   * clients send together with a simple key.
   */
  readonly bearerToken?: string;
  /** The session in the cookie; read only when neither a key nor a token was sent. */
  readonly session?: string;
  readonly address: string;
}

/** Identifies the caller; a refusal says what is wrong with the credentials. */
export type Authenticate = (credentials: Credentials) => Promise<Outcome<Principal, Refusal>>;
