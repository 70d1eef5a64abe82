import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Temporal } from 'temporal-polyfill';
import { makeFolders } from '../makeFolders.ts';
import { composed } from './composed.ts';
import type { MailTransport } from './mailTransport.ts';

/**
 * Writes each mail as an .eml file, for a server without SMTP: into one folder for each day. The
 * Message-ID names the file, so a repetition replaces it.
 */
export function folderTransport(folder: string): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      const day = dayOf(mail.date);
      const name = `${fileNameOf(mail.messageId)}.eml`;
      try {
        const { message } = await composer.sendMail(composed(mail));
        await writeMessage(join(folder, day), name, message as Buffer);
        return { kind: 'delivered', response: `written to ${day}/${name}` };
      } catch (error) {
        return {
          kind: 'deferred',
          response: error instanceof Error ? error.message : String(error),
        };
      }
    },
    async forget({ start, date }) {
      const path = join(folder, dayOf(date));
      const names = await readdir(path).catch(noneIfMissing);
      for (const name of names)
        if (name.startsWith(fileNameOf(start))) await rm(join(path, name), { force: true });
    },
    async forgetWhere(start, isToGo) {
      const days = await readdir(folder, { withFileTypes: true }).catch(noneIfMissing);
      let removed = 0;
      for (const day of days.filter((each) => each.isDirectory()))
        for (const name of await readdir(join(folder, day.name)).catch(noneIfMissing)) {
          if (!name.startsWith(fileNameOf(start))) continue;
          const path = join(folder, day.name, name);
          const mail = await readFile(path, 'latin1').catch(() => '');
          if (!isToGo(decoded(mail))) continue;
          await rm(path, { force: true });
          removed++;
        }
      return removed;
    },
    async close() {},
  };
}

function noneIfMissing(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** Decodes the text of a mail that {@link folderTransport} wrote. Its parts use two encodings. */
function decoded(mail: string): string {
  const quoted = mail
    .replace(/=\r?\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (codes) =>
      Buffer.from(codes.replaceAll('=', ''), 'hex').toString(),
    );
  const blocks = mail.matchAll(/base64\r?\n(?:[^\r\n]+\r?\n)*\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)/g);
  return [
    quoted,
    ...Array.from(blocks, ([, code]) => Buffer.from(code!, 'base64').toString()),
  ].join('\n');
}

const dayOf = (date: Temporal.Instant): string => date.toString().slice(0, 10);

const fileNameOf = (messageId: string): string => messageId.replace(/[^\w.@-]/g, '');

/**
 * Writes a file that readers never see half written. Mails contain addresses and links to card
 * pages, so no other account of the machine may read them.
 */
async function writeMessage(folder: string, name: string, message: Buffer): Promise<void> {
  makeFolders(folder, 0o700);
  const path = join(folder, name);
  await writeFile(`${path}.part`, message, { mode: 0o600 });
  await rename(`${path}.part`, path);
}
