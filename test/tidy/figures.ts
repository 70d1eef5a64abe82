import type { Source } from './sources.ts';

/** The lengths of lines and functions, and the number of `any`s. */
export interface Figures {
  readonly files: number;
  readonly lines: number;
  readonly over100Percent: number;
  readonly over120: readonly string[];
  readonly functionP50: number;
  readonly functionP90: number;
  readonly longFunctions: readonly string[];
  readonly anys: readonly string[];
}

/**
 * The largest number of lines of a function; `test/tidy.test.ts` fails with the place of each
 * longer one.
 */
export const functionLinesMax = 60;

/** Measures these files. Places are `path:line`. */
export function measure(sources: readonly Source[]): Figures {
  const widths = sources.flatMap((source) => source.widths);
  const lengths = sources
    .flatMap((source) => source.functions.map(({ lines }) => lines))
    .sort((a, b) => a - b);
  return {
    files: sources.length,
    lines: widths.length,
    over100Percent: (widths.filter((width) => width > 100).length / widths.length) * 100,
    over120: placesOf(sources, ({ widths }) =>
      widths.flatMap((width, index) => (width > 120 ? [index + 1] : [])),
    ),
    functionP50: lengths[Math.floor(lengths.length * 0.5)] ?? 0,
    functionP90: lengths[Math.floor(lengths.length * 0.9)] ?? 0,
    longFunctions: sources.flatMap(({ path, functions }) =>
      functions
        .filter(({ lines }) => lines > functionLinesMax)
        .map(({ name, line, lines }) => `${path}:${name || line} (${lines})`),
    ),
    anys: placesOf(sources, ({ anyLines }) => anyLines),
  };
}

function placesOf(sources: readonly Source[], linesOf: (source: Source) => readonly number[]) {
  return sources.flatMap((source) => linesOf(source).map((line) => `${source.path}:${line}`));
}

/** Returns the figures as one line for the output of a test run. */
export function summary(name: string, figures: Figures): string {
  return [
    `${name}: ${figures.lines} lines in ${figures.files} files`,
    `${figures.over100Percent.toFixed(2)} % over 100 columns, ${figures.over120.length} over 120`,
    `functions p50 ${figures.functionP50}, p90 ${figures.functionP90} lines, ` +
      `${figures.longFunctions.length} over ${functionLinesMax}`,
    `${figures.anys.length} any`,
  ].join('; ');
}
