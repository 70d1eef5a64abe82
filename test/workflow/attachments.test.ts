// Tests files on tasks and notes: their upload outside the operations, limits on type and size, and
// responses in which no content can run.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import S3rver from 's3rver';
import type { Temporal } from 'temporal-polyfill';
import { attachmentDisposition, fileBytesMax } from '../../server/src/platform/files/files.ts';
import { s3Files } from '../../server/src/platform/files/s3Files.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { testApp } from '../support/app.ts';
import { addColleague, addTask, ask, changeTask } from '../support/workflow.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-files-'));
after(() => rm(folder, { recursive: true, force: true }));
const seal = sealWith(Buffer.alloc(32, 3));
const app = await testApp({ files: { folder }, seal });
const ann = await addColleague(app, 'Ann Archer');

const upload = async (extension: string, key = ann.key): Promise<{ key: string; url: string }> =>
  (await ask(app, { operation: 'getWorkflowTaskAttachmentUploadUrl', params: { extension }, key }))
    .workflow_attachment_upload_url;
const pathOf = (url: string) => url.replace('http://perennial.test', '');
const put = (url: string, payload: Buffer | string, type?: string) =>
  app.app.http.inject({
    method: 'PUT',
    url: pathOf(url),
    payload,
    headers: type === undefined ? {} : { 'content-type': type },
  });
const get = (url: string) => app.app.http.inject({ method: 'GET', url: pathOf(url) });

test('a file is uploaded, attached to a task and to a note, and comes back as it was', async () => {
  const { workflow_task_uuid: id } = await addTask(app, { task_name: 'Files' });
  const [forTask, forNote] = [await upload('pdf'), await upload('.PNG')];
  assert.equal((await put(forTask.url, '%PDF-1.7 invoice', 'application/pdf')).statusCode, 200);
  assert.equal((await put(forNote.url, Buffer.from([0x89, 0x50, 0, 1, 2]))).statusCode, 200);
  const { body } = await changeTask(
    app,
    id,
    {
      attachments: [
        {
          file_name: '../../etc/inv\u202eoice.pdf',
          mime_type: 'text/html',
          upload_key: forTask.key,
        },
      ],
      notes: [
        {
          note: 'See the picture',
          attachments: [{ file_name: 'shot.png', upload_key: forNote.key }],
        },
      ],
    },
    ann.key,
  );
  const [attachment] = body.task.attachments;
  assert.deepEqual(
    [attachment.file_name, attachment.mime_type, attachment.upload_key],
    ['invoice.pdf', 'application/pdf', undefined],
  );
  const file = await get(attachment.download_key);
  assert.deepEqual(
    [file.statusCode, file.body, file.headers['content-type']],
    [200, '%PDF-1.7 invoice', 'application/pdf'],
  );
  assert.equal(
    file.headers['content-disposition'],
    `attachment; filename="invoice.pdf"; filename*=UTF-8''invoice.pdf`,
  );
  assert.equal(file.headers['x-content-type-options'], 'nosniff');
  assert.match(String(file.headers['content-security-policy']), /^sandbox/);
  assert.deepEqual(
    [...(await get(body.task.notes[0].attachments[0].download_key)).rawPayload],
    [0x89, 0x50, 0, 1, 2],
  );

  const unchanged = await changeTask(app, id, body.task, ann.key);
  assert.equal(
    unchanged.body.task.attachments.length,
    1,
    'a task that is sent back as it was read keeps its files',
  );
  const removed = await changeTask(app, id, { attachments: [] }, ann.key);
  assert.deepEqual(removed.body.task.attachments, []);
});

/** Returns a file's name as a task shows it, and the name under which a download is saved. */
async function namedAs(fileName: string, extension = 'pdf'): Promise<string> {
  const { key, url } = await upload(extension);
  assert.equal((await put(url, 'content')).statusCode, 200);
  const task = await addTask(app, {
    task_name: 'Name',
    attachments: [{ file_name: fileName, upload_key: key }],
  });
  const file = task.attachments![0]!;
  const got = await get(file.download_key!);
  assert.deepEqual([got.statusCode, got.body], [200, 'content']);
  const saved = /filename\*=UTF-8''([^;]+)$/.exec(String(got.headers['content-disposition']))![1]!;
  assert.equal(decodeURIComponent(saved), file.file_name);
  return file.file_name!;
}

test('names of any script are kept, up to 255 characters', async (t) => {
  const kept = [
    'חשבונית מס.pdf',
    '发票（一）.pdf',
    'می‌خواهم.pdf',
    '👩‍👩‍👧.pdf',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag.pdf',
    'Nai\u0308ve.pdf',
    'क्षत्रिय क्‍ष.pdf',
    `a"b;c%41'(1)*.pdf`,
    'report v1.2.PDF',
    `${'a'.repeat(251)}.pdf`,
    `${'ü'.repeat(251)}.pdf`,
    `${'章'.repeat(251)}.pdf`,
    `${'😀'.repeat(251)}.pdf`,
    `x${'😀'.repeat(130)}.pdf`,
    `${'𐐷'.repeat(251)}.pdf`,
  ];
  for (const name of kept)
    await t.test(name.slice(0, 20).toWellFormed(), async () =>
      assert.equal(await namedAs(name), name),
    );
});

test('names that would lead elsewhere, or are too long, are changed', async (t) => {
  const family = '👩‍👩‍👧';
  const cases: [given: string, kept: string, extension?: string][] = [
    ['../../etc/passwd.pdf', 'passwd.pdf'],
    ['C:\\Users\\x\\mail.pdf', 'mail.pdf'],
    ['a\u0000b\r\nc\u0085.pdf'.replace('\u0000', ''), 'abc.pdf'],
    ['inv\u202ecod.pdf', 'invcod.pdf'],
    ['', 'file.pdf'],
    ['..', 'file.pdf'],
    ['folder/', 'file.pdf'],
    ['evil.html', 'evil.html.pdf'],
    ['evil.PDF.exe', 'evil.PDF.exe.pdf'],
    ['notes', 'notes.txt', 'log'],
    ['server.log', 'server.log', 'txt'],
    ['photo.JPEG', 'photo.JPEG', 'jpg'],
    [`${'a'.repeat(400)}.pdf`, `${'a'.repeat(251)}.pdf`],
    [`${'😀'.repeat(400)}.pdf`, `${'😀'.repeat(251)}.pdf`],
    [`${family.repeat(60)}.pdf`, `${family.repeat(50)}.pdf`],
    [`${'e\u0301'.repeat(200)}.pdf`, `${'e\u0301'.repeat(125)}.pdf`],
  ];
  for (const [given, kept, extension] of cases)
    await t.test(JSON.stringify(given.slice(0, 20).toWellFormed()), async () =>
      assert.equal(await namedAs(given, extension), kept),
    );
});

test('what is not allowed is refused: types, names of uploads, a second upload, another merchant', async () => {
  for (const extension of [
    'html',
    'svg',
    'exe',
    'js',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
  ])
    assert.equal(
      (
        await app.request({
          operation: 'getWorkflowTaskAttachmentUploadUrl',
          params: { extension },
        })
      ).status,
      400,
      extension,
    );
  const { key, url } = await upload('txt');
  assert.equal((await put(url, '<script>', 'text/html')).statusCode, 400);
  assert.equal((await put(`${url.slice(0, -3)}abc`, 'x')).statusCode, 404);
  assert.equal((await get(url)).statusCode, 404, 'a link to upload does not download');
  const { workflow_task_uuid: id } = await addTask(app, { task_name: 'Refused' });
  assert.equal(
    (await changeTask(app, id, { attachments: [{ upload_key: key }] })).status,
    400,
    'nothing was uploaded yet',
  );
  assert.equal((await put(url, 'first', 'text/plain')).statusCode, 200);
  assert.equal((await put(url, 'second', 'text/plain')).statusCode, 400);
  await app.addMerchant('OTHER');
  const otherKey = await app.addKey('OTHER');
  const theirs = await addTask(app, { task_name: 'Theirs' }, otherKey);
  assert.equal(
    (
      await changeTask(
        app,
        theirs.workflow_task_uuid,
        { attachments: [{ upload_key: key }] },
        otherKey,
      )
    ).status,
    400,
  );
  assert.equal((await changeTask(app, id, { attachments: [{ upload_key: key }] })).status, 200);
  assert.equal(
    (
      await changeTask(
        app,
        theirs.workflow_task_uuid,
        { task_name: 'x', attachments: [{ file_uuid: key }] },
        otherKey,
      )
    ).status,
    400,
  );
});

test('a file that was removed from a task can be attached again for a day', async () => {
  const { key, url } = await upload('txt');
  assert.equal((await put(url, '20 boxes')).statusCode, 200);
  const attachments = [{ file_name: 'bill.txt', upload_key: key }];
  const { workflow_task_uuid: id } = await addTask(app, { task_name: 'Undo', attachments });
  const age = async () => {
    const row = await app.db.row<{ at: Temporal.Instant }>(
      `select asked_at as at from workflow_file where merchant_id = 'TEST' and file_uuid = $1`,
      [key],
    );
    await app.db.run(
      `update workflow_file set asked_at = $2 where merchant_id = 'TEST' and file_uuid = $1`,
      [key, row!.at.subtract({ hours: 25 })],
    );
  };
  await age();
  await changeTask(app, id, { attachments: [] });
  await app.work('workflow tasks');
  const again = await changeTask(app, id, { attachments });
  assert.equal(again.status, 200, JSON.stringify(again.body));
  assert.equal((await get(again.body.task.attachments[0].download_key)).body, '20 boxes');
  await changeTask(app, id, { attachments: [] });
  await age();
  await app.work('workflow tasks');
  assert.equal((await changeTask(app, id, { attachments })).status, 400);
});

test('a file is what its extension says, or is not stored (ASVS 5.2.2)', async () => {
  const { key, url } = await upload('png');
  const page = await put(url, '<html><script>alert(1)</script>', 'image/png');
  assert.deepEqual(
    [page.statusCode, page.headers['x-perennial-refusal']],
    [400, 'wrong_content'],
    page.body,
  );
  assert.match(page.body, /not image\/png/);
  const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  assert.equal((await put(url, picture, 'image/png')).statusCode, 200, 'the link still works');
  const task = await addTask(app, { task_name: 'Picture', attachments: [{ upload_key: key }] });
  assert.deepEqual((await get(task.attachments![0]!.download_key!)).rawPayload, picture);
});

/**
 * Starts a stand-in for clamd that finds a virus in files with `marker`, and that a test can switch
 * off.
 */
async function clamdStandIn(t: TestContext, marker: string) {
  const scanned: Buffer[] = [];
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const file = streamed(received);
      if (file === undefined) return;
      scanned.push(file);
      socket.end(file.includes(marker) ? 'stream: Test.Marker FOUND\0' : 'stream: OK\0');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  return { server, scanned, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** Returns the file that a client of clamd sent with INSTREAM; undefined until it is complete. */
function streamed(received: Buffer): Buffer | undefined {
  const command = 'zINSTREAM\0';
  assert.equal(received.toString('latin1', 0, command.length), command);
  const parts: Buffer[] = [];
  for (let at = command.length; at + 4 <= received.length; ) {
    const length = received.readUInt32BE(at);
    if (length === 0) return Buffer.concat(parts);
    parts.push(received.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}

test('files are checked for viruses before a task gets them (ASVS 5.4.3)', async (t) => {
  const clamd = await clamdStandIn(t, 'VIRUS-OF-THIS-TEST');
  const { host, port } = clamd;
  const scanning = await testApp({
    db: app.db,
    seal,
    files: { folder },
    isStrict: true,
    virusScanner: { host, port },
  });
  const large = `%PDF-1.7 ${'x'.repeat(3_000_000)}`;
  const cases: [content: string, status: number, words: RegExp][] = [
    [large, 200, /upload|task/],
    ['%PDF-1.7 VIRUS-OF-THIS-TEST', 400, /the virus Test\.Marker, which was deleted/],
  ];
  const attach = (upload_key: string) =>
    scanning.request({
      operation: 'insertWorkflowTask',
      body: { task_name: 'Checked', attachments: [{ upload_key }] },
    });
  const uploaded = async (content: string) => {
    const asked = await scanning.request({
      operation: 'getWorkflowTaskAttachmentUploadUrl',
      params: { extension: 'pdf' },
    });
    assert.equal(asked.status, 200, asked.text);
    const { key, url } = asked.body.workflow_attachment_upload_url;
    const payload = Buffer.from(content);
    const stored = await scanning.app.http.inject({ method: 'PUT', url: pathOf(url), payload });
    assert.equal(stored.statusCode, 200);
    return key;
  };
  for (const [content, status, words] of cases) {
    const key = await uploaded(content);
    const answer = await attach(key);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, words);
    assert.equal(clamd.scanned.at(-1)!.toString(), content);
    const isKept = (await readdir(join(folder, 'TEST'))).includes(key);
    assert.equal(isKept, status === 200);
  }
  const key = await uploaded('%PDF-1.7 harmless');
  await new Promise<void>((resolve) => {
    clamd.server.close(() => resolve());
  });
  assert.equal((await attach(key)).status, 503, 'without its scanner a file is not attached');
});

test('a file that is too large leaves nothing behind', async () => {
  const { url } = await upload('zip');
  const { statusCode } = await put(url, Buffer.alloc(fileBytesMax + 1));
  assert.equal(statusCode, 413);
  assert.ok(!(await readdir(join(folder, 'TEST'))).some((name) => name.includes('.')));
});

test('names are encoded so that they cannot break a header', () => {
  assert.equal(
    attachmentDisposition('a"b;ü(1).txt'),
    `attachment; filename="a_b;_(1).txt"; filename*=UTF-8''a%22b%3B%C3%BC%281%29.txt`,
  );
});

test('an S3 bucket takes uploads and serves downloads by presigned links', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'perennial-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'files', configs: [] }],
  });
  const { port } = await server.run();
  t.after(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const store = s3Files({
    bucket: 'files',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  });
  const file = { merchantId: 'TEST', fileUuid: 'f1' };
  assert.equal(await store.sizeOf(file), undefined);
  const holder = { applicationId: 'key:1' };
  const link = await store.uploadUrl(file, 'text/plain', holder);
  const put = await fetch(link, {
    method: 'PUT',
    body: 'hello',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(put.status, 200, await put.text());
  assert.equal(await store.sizeOf(file), 5);
  const got = await fetch(
    await store.downloadUrl(file, { fileName: 'h.txt', mimeType: 'text/plain' }, holder),
  );
  assert.equal(await got.text(), 'hello');
  assert.match(got.headers.get('content-disposition') ?? '', /^attachment/);
  const ends = await store.endsOf(file);
  assert.deepEqual([`${ends.head}`, `${ends.tail}`], ['hello', 'hello']);
  assert.equal(await text(await store.read(file)), 'hello');
  await store.remove(file);
  assert.equal(await store.sizeOf(file), undefined);
});
