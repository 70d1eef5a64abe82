import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyExamples } from './examples.ts';
import { operation, operationIds } from './operations.ts';
import { referencePages, renderReference } from './reference.ts';
import { exampleRequest } from './referenceOperation.ts';
import { schemas } from './schemas.ts';

const baseUrl = 'http://127.0.0.1:8080';
const pages = new Map(
  Object.keys(referencePages).map((page) => [page, renderReference(page, { baseUrl })!]),
);

test('every operation, and every model that is not a response, is on a page', () => {
  const anchors = [...pages.values()].flatMap(anchorsOf);
  for (const id of operationIds) assert.ok(anchors.includes(id), id);
  const answers = new Set(operationIds.map((id) => operation(id).response?.$id));
  for (const name of Object.keys(schemas))
    assert.ok(answers.has(name) || anchors.includes(name), name);
});

test('every link within the reference leads somewhere', () => {
  for (const [page, text] of pages) {
    for (const [, path = page, anchor] of text.matchAll(
      /href="(?:\/docs\/?(\w*))?(?:#([^"]+))?"/g,
    )) {
      const target = pages.get(path);
      assert.ok(target !== undefined, `${page}: /docs/${path}`);
      if (anchor) assert.ok(anchorsOf(target).includes(anchor), `${page}: /docs/${path}#${anchor}`);
    }
  }
});

test('a page has no anchor twice, no script, one h1, and headings that skip no level', () => {
  for (const [page, text] of pages) {
    const anchors = anchorsOf(text);
    assert.deepEqual(
      anchors.filter((anchor, i) => anchors.indexOf(anchor) !== i),
      [],
      page,
    );
    assert.doesNotMatch(text, /<script|javascript:| on\w+=/, page);
    const levels = [...text.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    assert.equal(levels.filter((level) => level === 1).length, 1, page);
    levels.forEach((level, i) =>
      assert.ok(level <= (levels[i - 1] ?? 0) + 1, `${page}: h${level}`),
    );
  }
});

test('what does not exist has no page', () => {
  for (const page of ['nothing', 'constructor', '../order']) {
    assert.equal(renderReference(page, { baseUrl }), undefined);
  }
});

test('an example can be pasted: quotes close, and the body is the example of the operation', () => {
  for (const id of operationIds) {
    const line = exampleRequest(id, baseUrl);
    assert.equal(line.split("'").length % 2, 1, id);
    const body = /-d '([^']+)'/.exec(line)?.[1];
    if (body) assert.deepEqual(JSON.parse(body), bodyExamples[id], id);
  }
});

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/ id="([^"]+)"/g)].map(([, anchor]) => anchor!);
}
