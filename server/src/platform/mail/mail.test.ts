import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Temporal } from 'temporal-polyfill';
import {
  testAuthority,
  testCertificate,
  testCertificateKey,
} from '../../../../test/support/testAuthority.ts';
import { folderTransport } from './folder.ts';
import type { Mail } from './mailTransport.ts';
import { smtpTransport } from './smtp.ts';

const mail: Mail = {
  messageId: '<TEST-1-2@shop.example>',
  from: { name: 'Bean, Leaf & Söhne', address: 'orders@shop.example' },
  to: 'ann@example.com',
  subject: 'Your receipt: Größe',
  text: 'Plain wörds\n',
  html: '<p>Rich wörds</p>',
  date: Temporal.Instant.from('2026-02-20T12:00:00Z'),
};

test('a folder gets one file a mail, and a repetition replaces it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  t.after(() => rm(folder, { recursive: true }));
  const transport = folderTransport(folder);
  await transport.send({ ...mail, subject: 'An earlier try' });
  assert.deepEqual(await transport.send(mail), {
    kind: 'delivered',
    response: 'written to 2026-02-20/TEST-1-2@shop.example.eml',
  });
  assert.deepEqual(await readdir(join(folder, '2026-02-20')), ['TEST-1-2@shop.example.eml']);
  const written = await readFile(join(folder, '2026-02-20', 'TEST-1-2@shop.example.eml'), 'utf8');
  assert.match(written, /^Message-ID: <TEST-1-2@shop\.example>\r$/m);
  assert.match(written, /^Date: Fri, 20 Feb 2026 12:00:00 \+0000\r$/m);
  assert.match(written, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(written, /multipart\/alternative/);
});

test('a folder forgets the mails whose Message-ID begins so, and no others', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  t.after(() => rm(folder, { recursive: true }));
  const transport = folderTransport(folder);
  for (const messageId of [
    '<TEST-1-2@shop.example>',
    '<TEST-1-2@a.example>',
    '<TEST-1-23@b.example>',
  ])
    await transport.send({ ...mail, messageId });
  await transport.forget!({ start: 'TEST-1-2@', date: mail.date });
  assert.deepEqual(await readdir(join(folder, '2026-02-20')), ['TEST-1-23@b.example.eml']);
  // On a day without mails the folder does not exist.
  await transport.forget!({ start: 'TEST-1-2@', date: mail.date.add({ hours: 48 }) });
});

test('a folder that cannot be written defers', async () => {
  assert.equal((await folderTransport('/dev/null/nowhere').send(mail)).kind, 'deferred');
});

test('the reply of a mail server becomes an outcome', async (t) => {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const code = { 'gone@example.com': 550, 'busy@example.com': 451 }[address];
      done(
        code === undefined ? null : Object.assign(new Error('not here'), { responseCode: code }),
      );
    },
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        received.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const port = (server.server.address() as AddressInfo).port;
  const transport = smtpTransport({ url: `smtp://127.0.0.1:${port}`, mustEncrypt: false });
  t.after(async () => {
    await transport.close();
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
  });

  assert.equal((await transport.send(mail)).kind, 'delivered');
  assert.match(received[0]!, /Message-ID: <TEST-1-2@shop\.example>/);
  const bounced = await transport.send({ ...mail, to: 'gone@example.com' });
  assert.deepEqual([bounced.kind, bounced.kind === 'bounced' && bounced.code], ['bounced', 550]);
  assert.equal((await transport.send({ ...mail, to: 'busy@example.com' })).kind, 'deferred');
});

test('a mail server on another machine gets mails over verified TLS, or none', async (t) => {
  const cases: [what: string, server: SMTPServerOptions, ca: string | undefined, kind: string][] = [
    ['no STARTTLS', { disabledCommands: ['STARTTLS'] }, testAuthority, 'deferred'],
    ['a certificate of an unknown authority', {}, undefined, 'deferred'],
    ['a certificate of the authority that was named', {}, testAuthority, 'delivered'],
  ];
  for (const [what, options, ca, kind] of cases) {
    const secured: boolean[] = [];
    const server = new SMTPServer({
      authOptional: true,
      cert: testCertificate,
      key: testCertificateKey,
      ...options,
      onMailFrom(_address, session, done) {
        secured.push(session.secure);
        done();
      },
      onData(stream, _session, done) {
        stream.resume().on('end', () => done());
      },
    });
    // A client that refuses the certificate ends the connection.
    server.on('error', () => {});
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.server.address() as AddressInfo;
    const transport = smtpTransport({ url: `smtp://localhost:${port}`, mustEncrypt: true, ca });
    t.after(async () => {
      await transport.close();
      await new Promise<void>((resolve) => {
        server.close(resolve);
      });
    });
    assert.equal((await transport.send(mail)).kind, kind, what);
    assert.deepEqual(secured, kind === 'delivered' ? [true] : [], what);
  }
});

test('a mail server that is not there defers', async () => {
  const transport = smtpTransport({ url: 'smtp://127.0.0.1:1', mustEncrypt: false });
  assert.equal((await transport.send(mail)).kind, 'deferred');
  await transport.close();
});

test('a line break enters no header of a mail (ASVS 1.3.11)', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  t.after(() => rm(folder, { recursive: true }));
  const injected = '\r\nBcc: eve@example.com\r\n\r\nhello';
  await folderTransport(folder).send({
    ...mail,
    from: { name: `Shop${injected}`, address: 'orders@shop.example' },
    to: `ann@example.com${injected}`,
    subject: `Your receipt${injected}`,
  });
  const written = await readFile(join(folder, '2026-02-20', 'TEST-1-2@shop.example.eml'), 'utf8');
  const [headers] = written.split('\r\n\r\n');
  assert.doesNotMatch(headers!, /^Bcc:/im);
  assert.match(headers!, /^Subject: /m);
  assert.match(headers!, /^MIME-Version: /m, 'the headers continue after the three');
});
