import type { SendMailOptions } from 'nodemailer';
import type { Mail } from './mailTransport.ts';

/** The mail as nodemailer takes it. Nothing in it is read from files or URLs. */
export function composed(mail: Mail): SendMailOptions {
  return {
    messageId: mail.messageId,
    from: mail.from,
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date: mail.date.toString(),
    // No out-of-office answers to a machine (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
