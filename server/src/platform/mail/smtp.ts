import { createTransport } from 'nodemailer';
import { systemClock, withTimeLimit } from '../clock/systemClock.ts';
import { composed } from './composed.ts';
import type { MailOutcome, MailTransport, SmtpSettings } from './mailTransport.ts';

const connectionsMax = 4;
const silenceMsMax = 30_000;
const sendMsMax = 180_000;

/**
 * Sends through an SMTP server. With `mustEncrypt`, a server without STARTTLS gets neither the
 * password nor a mail.
 */
export function smtpTransport(settings: SmtpSettings): MailTransport {
  let transport = open(settings);
  return {
    async send(mail) {
      const used = transport;
      const late = new Error(`the mail server did not finish within ${sendMsMax / 1000} seconds`);
      try {
        const sent = await withTimeLimit(systemClock, sendMsMax, late, () =>
          used.sendMail(composed(mail)),
        );
        return { kind: 'delivered', response: sent.response };
      } catch (error) {
        // A single mail cannot be canceled, so the others are deferred, too.
        if (error === late && used === transport) {
          transport = open(settings);
          used.close();
        }
        return outcomeOf(error);
      }
    },
    async close() {
      transport.close();
    },
  };
}

const open = ({ url, mustEncrypt, ca }: SmtpSettings) =>
  createTransport({
    url,
    ...(mustEncrypt ? { requireTLS: true } : {}),
    ...(ca === undefined ? {} : { tls: { ca } }),
    pool: true,
    maxConnections: connectionsMax,
    connectionTimeout: silenceMsMax,
    greetingTimeout: silenceMsMax,
    socketTimeout: silenceMsMax,
  });

/**
 * A 5xx about sender, recipient or content is final. A refused log-in is a fault of our settings
 * and not of the mail.
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
