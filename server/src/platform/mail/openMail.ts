import { Lazy } from '../../kernel/lazy.ts';
import type { MailTransport, SmtpSettings } from './mailTransport.ts';

/** Mails go to an SMTP server or into a folder of this server. */
export type MailSettings = SmtpSettings | { readonly folder: string };

/** The transport that the settings name; the library behind it is loaded with the first mail. */
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
