import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showProgress } from './progress.ts';

test('the total may grow, and the finished part never exceeds it', () => {
  const lines: string[] = [];
  const stream = { isTTY: true, write: (line: string) => lines.push(line) };
  const progress = showProgress('rows (MB)', 34, stream as unknown as NodeJS.WriteStream);
  progress.update(37, 37);
  progress.finish();
  assert.match(lines.join(''), /100 %  37 of 37/);
  assert.doesNotMatch(lines.join(''), /of 34/);
});
