import { Lazy } from '../../kernel/lazy.ts';
import type { MailTransport, SmtpSettings } from './mailTransport.ts';

/** The settings of mails: an SMTP server or a folder of this server. */
export type MailSettings = SmtpSettings | { readonly folder: string };

/** Opens the transport that the settings name; its library is loaded with the first mail. */
export function openMail(settings: MailSettings): MailTransport {
  const transport = new Lazy(async () =>
    'folder' in settings
      ? (await import('./folder.ts')).folderTransport(settings.folder)
      : (await import('./smtp.ts')).smtpTransport(settings),
  );
  return {
    send: async (mail) => (await transport.get()).send(mail),
    forget: async (mails) => (await transport.get()).forget?.(mails),
    close: async () => (await transport.peek())?.close(),
  };
}
