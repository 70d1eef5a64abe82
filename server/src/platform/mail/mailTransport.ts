import type { Temporal } from 'temporal-polyfill';

/** A mail, ready to go. */
export interface Mail {
  /**
   * Unique, and the same whenever this mail is sent again, so that a receiver can recognise a
   * repetition: `<…@…>`.
   */
  readonly messageId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** Who gets a copy, visible to all. */
  readonly cc?: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly date: Temporal.Instant;
}

/**
 * The outcome of a mail. A permanent refusal is an outcome; after a temporary fault the mail is
 * deferred and tried again.
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
   * Deletes what this transport keeps of mails whose Message-ID begins so. A transport that keeps
   * nothing has no such function.
   */
  forget?(mails: WrittenMails): Promise<void>;
  /**
   * Deletes what this transport keeps of mails whose Message-ID begins so and whose text passes the
   * test. Returns how many it deleted.
   */
  forgetWhere?(start: string, isToGo: (text: string) => boolean): Promise<number>;
  close(): Promise<void>;
}

/** An SMTP server (`smtp://user:password@host:port`, or `smtps://`). */
export interface SmtpSettings {
  readonly url: string;
  /** Mails and the password are sent over TLS with a checked certificate, or not at all. */
  readonly mustEncrypt: boolean;
  /** The only authorities that may certify it, in PEM. Absent: those that Node trusts. */
  readonly ca?: string | undefined;
}
