import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { composed } from './composed.ts';
import type { MailTransport } from './mailTransport.ts';

/**
 * Writes each mail as an .eml file, for a server without SMTP: into one folder for each day, named
 * by its Message-ID, so a repetition replaces the file.
 */
export function folderTransport(folder: string): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      const day = mail.date.toString().slice(0, 10);
      const name = `${mail.messageId.replace(/[^\w.@-]/g, '')}.eml`;
      try {
        const { message } = await composer.sendMail(composed(mail));
        await write(join(folder, day), name, message as Buffer);
        return { kind: 'delivered', response: `written to ${day}/${name}` };
      } catch (error) {
        return {
          kind: 'deferred',
          response: error instanceof Error ? error.message : String(error),
        };
      }
    },
    async close() {},
  };
}

/**
 * A reader never sees half a mail. Mails have addresses and links to card pages, so no other account
 * of the machine may read them.
 */
async function write(folder: string, name: string, message: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  await writeFile(`${path}.part`, message, { mode: 0o600 });
  await rename(`${path}.part`, path);
}
