import type { Temporal } from 'temporal-polyfill';

/** A complete mail to send. */
export interface Mail {
  /**
   * Unique, and the same whenever this mail is sent again, so that a receiver can recognise a
   * repetition: `<…@…>`.
   */
  readonly messageId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** The addresses of the visible copies. */
  readonly cc?: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly date: Temporal.Instant;
}

/**
 * The outcome of a mail. A permanent refusal is an outcome; after a temporary fault the mail is
 * deferred and retried.
 */
export type MailOutcome =
  | { readonly kind: 'delivered'; readonly response: string }
  | { readonly kind: 'bounced'; readonly response: string; readonly code: number }
  | { readonly kind: 'deferred'; readonly response: string };

/** The mails of a day by the beginning of their Message-ID, without its bracket. */
export interface WrittenMails {
  readonly start: string;
  readonly date: Temporal.Instant;
}

/** Sends mails. Never throws for faults of other servers. */
export interface MailTransport {
  send(mail: Mail): Promise<MailOutcome>;
  /**
   * Deletes the stored mails whose Message-ID begins with this text. A transport that stores
   * nothing has no such function.
   */
  forget?(mails: WrittenMails): Promise<void>;
  /**
   * Deletes the stored mails whose Message-ID begins with this text and whose content passes the
   * test. Returns their number.
   */
  forgetWhere?(start: string, isToGo: (text: string) => boolean): Promise<number>;
  close(): Promise<void>;
}

/** An SMTP server (`smtp://user:password@host:port`, or `smtps://`). */
export interface SmtpSettings {
  readonly url: string;
  /** If set, mails and the password are only sent over TLS with a verified certificate. */
  readonly mustEncrypt: boolean;
  /**
   * The only certificate authorities accepted for the server, in PEM. Absent: those that Node
   * trusts.
   */
  readonly ca?: string | undefined;
}
