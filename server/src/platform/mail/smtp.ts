import { createTransport } from 'nodemailer';
import { composed } from './composed.ts';
import type { MailOutcome, MailTransport, SmtpSettings } from './mailTransport.ts';

const connectionsMax = 4;
const timeoutMs = 30_000;

/**
 * Sends through an SMTP server. With `mustEncrypt` a server that offers no STARTTLS gets neither the
 * password nor a mail.
 */
export function smtpTransport({ url, mustEncrypt, ca }: SmtpSettings): MailTransport {
  const transport = createTransport({
    url,
    ...(mustEncrypt ? { requireTLS: true } : {}),
    ...(ca === undefined ? {} : { tls: { ca } }),
    pool: true,
    maxConnections: connectionsMax,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  return {
    async send(mail) {
      try {
        return { kind: 'delivered', response: (await transport.sendMail(composed(mail))).response };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async close() {
      transport.close();
    },
  };
}

/**
 * A 5xx about sender, recipient or content is final. A refused log-in is a fault of our settings
 * and not of this mail.
 */
function outcomeOf(error: unknown): MailOutcome {
  const {
    responseCode: code,
    response,
    message,
    code: kind,
  } = error as { responseCode?: number; response?: string; message?: string; code?: string };
  const text = response ?? message ?? String(error);
  const isFinal =
    code !== undefined && code >= 500 && (kind === 'EENVELOPE' || kind === 'EMESSAGE');
  return isFinal ? { kind: 'bounced', response: text, code } : { kind: 'deferred', response: text };
}
