/**
 * Shows the progress of long work: a bar that is redrawn on a terminal, or a line for each tenth
 * elsewhere.
 */
export interface Progress {
  /** Shows the part that is done, of a total that may have changed. */
  update(done: number, total?: number): void;
  finish(): void;
}

const barWidth = 30;
const redrawMs = 100;

/** Shows a progress bar on a terminal, or a line per tenth when the output goes to a file. */
export function showProgress(
  label: string,
  totalAtFirst: number,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const startedMs = performance.now();
  let drawnAtMs = -Infinity;
  let tenthsShown = 0;
  let total = totalAtFirst;

  function draw(done: number): void {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * barWidth);
    const line =
      `${label} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ` +
      `${Math.floor(share * 100)} %  ${done.toLocaleString('en')} of ` +
      `${total.toLocaleString('en')}  ${timeLeft(share)}`;
    if (stream.isTTY) stream.write(`\r\x1b[2K${line}`);
    else if (Math.floor(share * 10) > tenthsShown) {
      tenthsShown = Math.floor(share * 10);
      stream.write(`${line}\n`);
    }
  }

  function timeLeft(share: number): string {
    const passed = (performance.now() - startedMs) / 1000;
    if (share >= 1) return `${passed.toFixed(1)} s`;
    return share < 0.02 ? '' : `${Math.ceil((passed / share) * (1 - share))} s left`;
  }

  return {
    update(done, totalNow = total) {
      total = totalNow;
      if (performance.now() - drawnAtMs < redrawMs) return;
      drawnAtMs = performance.now();
      draw(done);
    },
    finish() {
      draw(total);
      if (stream.isTTY) stream.write('\n');
    },
  };
}
