import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { composed } from './composed.ts';
import type { Mail, MailTransport } from './mailTransport.ts';

/**
 * Writes each mail as an .eml file, for a server without SMTP: into a folder a day, named by its Message-ID, so a repetition replaces the file.
 */
export function folderTransport(folder: string): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      try {
        const { message } = await composer.sendMail(composed(mail));
        return { kind: 'delivered', response: `written to ${await write(folder, mail, message as Buffer)}` };
      } catch (error) {
        return { kind: 'deferred', response: error instanceof Error ? error.message : String(error) };
      }
    },
    async close() {},
  };
}

async function write(folder: string, mail: Mail, message: Buffer): Promise<string> {
  const day = mail.date.toString().slice(0, 10);
  const name = `${mail.messageId.replace(/[^\w.@-]/g, '')}.eml`;
  await mkdir(join(folder, day), { recursive: true });
  const path = join(folder, day, name);
  await writeFile(`${path}.part`, message);
  await rename(`${path}.part`, path);
  return `${day}/${name}`;
}
