import type { SendMailOptions } from 'nodemailer';
import type { Temporal } from 'temporal-polyfill';
import type { Mail } from './mailTransport.ts';

/** Converts a mail to the form that nodemailer takes. Reads nothing from files or URLs. */
export function composed(mail: Mail): SendMailOptions {
  return {
    messageId: mail.messageId,
    from: mail.from,
    to: { name: '', address: mail.to },
    ...(mail.cc === undefined ? {} : { cc: mail.cc.map((address) => ({ name: '', address })) }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date: mailDate(mail.date),
    // Asks other mail systems not to send out-of-office replies (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Formats a time as mails do (RFC 5322): Fri, 20 Feb 2026 12:00:00 +0000. */
function mailDate(at: Temporal.Instant): string {
  const { dayOfWeek, day, month, year, hour, minute, second } = at.toZonedDateTimeISO('UTC');
  const time = [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
  return `${days[dayOfWeek - 1]}, ${day} ${months[month - 1]} ${year} ${time} +0000`;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
