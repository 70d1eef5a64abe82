// Tests which content may be stored as which type: the signature decides, not the type that the
// sender claims.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extensions, mimeTypeOf } from '../../workflow/fileName.ts';
import { type FileEnds, isOfType, mayBeStoredAs } from './contentType.ts';

const ends = (text: string, encoding: BufferEncoding = 'latin1'): FileEnds => {
  const bytes = Buffer.from(text, encoding);
  return { head: bytes, tail: bytes };
};
const zipOf = (...names: string[]) =>
  ends(`PK\x03\x04${'\0'.repeat(26)}${names.join('\0')}PK\x01\x02${names.join('\0')}`);

/** The first bytes of a file of each extension. */
const samples: Record<string, FileEnds> = {
  png: ends('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
  jpg: ends('\xff\xd8\xff\xe0\0\x10JFIF'),
  jpeg: ends('\xff\xd8\xff\xe1\0\x10Exif'),
  gif: ends('GIF89a\x01\0'),
  webp: ends('RIFF\x10\0\0\0WEBPVP8 '),
  heic: ends('\0\0\0\x18ftypheic\0\0\0\0'),
  bmp: ends('BM\x10\0\0\0'),
  tiff: ends('II*\0\x08\0\0\0'),
  pdf: ends('%PDF-1.7\n%\xe2\xe3'),
  txt: ends('Größe: 3\r\n', 'utf8'),
  log: ends('\x1b[32mok\x1b[0m\n'),
  csv: ends('\ufeffname;price\nTee;3,20\n', 'utf8'),
  json: ends('{"a": 1}'),
  zip: zipOf('a.txt'),
  eml: ends('From: ann@example.com\r\nSubject: Tea\r\n\r\nHi'),
  doc: ends('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0'),
  xls: ends('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0'),
  ppt: ends('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0'),
  rtf: ends('{\\rtf1\\ansi'),
  odt: ends(`PK\x03\x04${'\0'.repeat(26)}mimetypeapplication/vnd.oasis.opendocument.textPK`),
  docx: zipOf('[Content_Types].xml', 'word/document.xml'),
  xlsx: zipOf('[Content_Types].xml', 'xl/workbook.xml'),
  pptx: zipOf('[Content_Types].xml', 'ppt/presentation.xml'),
  mp3: ends('ID3\x04\0'),
  wav: ends('RIFF\x10\0\0\0WAVEfmt '),
  mp4: ends('\0\0\0\x18ftypmp42'),
  mov: ends('\0\0\0\x14ftypqt  '),
};

test('a file of each extension that may be uploaded is recognised as what it is', () => {
  assert.deepEqual(Object.keys(samples).toSorted(), [...extensions].toSorted());
  for (const [extension, sample] of Object.entries(samples))
    assert.ok(isOfType(mimeTypeOf(extension)!, sample), extension);
});

test('content that is something else is refused; what has no signature only where that is strict', () => {
  const cases: [
    what: string,
    extension: string,
    content: FileEnds,
    strict: boolean,
    else_: boolean,
  ][] = [
    ['a program of Windows', 'png', ends('MZ\x90\0'), false, false],
    ['a program of Windows', 'txt', ends('MZ\x90\0'), false, false],
    ['a program of Linux', 'pdf', ends('\x7fELF\x02'), false, false],
    ['a script', 'jpg', ends('#!/bin/sh\n'), false, false],
    ['a page', 'png', ends('\n<!DOCTYPE html><script>'), false, false],
    ['a drawing with scripts', 'gif', ends('<svg xmlns="x">'), false, false],
    ['a picture of another kind', 'png', samples['gif']!, false, false],
    ['a PDF', 'docx', samples['pdf']!, false, false],
    ['an archive without a document', 'docx', zipOf('a.txt'), false, false],
    ['a table', 'docx', samples['xlsx']!, false, false],
    ['binary', 'csv', ends('\x01\x02\0\0'), false, true],
    ['a text', 'png', ends('hello'), false, true],
    ['nothing', 'pdf', ends(''), false, true],
    ['nothing', 'txt', ends(''), true, true],
    ['text of UTF-16', 'txt', ends('\ufeffhi', 'utf16le'), true, true],
    ['a page, which a text may be', 'txt', ends('<html>'), true, true],
  ];
  for (const [what, extension, content, strict, otherwise] of cases) {
    const type = mimeTypeOf(extension)!;
    assert.equal(mayBeStoredAs(type, content, true), strict, `${what} as ${extension}, strict`);
    assert.equal(mayBeStoredAs(type, content, false), otherwise, `${what} as ${extension}`);
  }
});
