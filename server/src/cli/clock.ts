import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, ClockAdvance, ClockRequest } from '@perennial/contract/clock.ts';
import { readConfig } from '../config.ts';
import { systemClock, withTimeLimit } from '../platform/clock/systemClock.ts';
import { type Command, Obstacle, readVerb, UsageError } from './command.ts';
import type { Demo } from './demo.ts';
import { showProgress } from './progress.ts';

/** `clock get|set|advance`: a merchant's clock, over HTTP. */
export const clockCommand: Command = {
  usage: 'clock get|set|advance',
  summary: 'Reads and moves the test clock of a merchant',
  help: [
    'clock get',
    'clock advance 1y               everything that falls due on the way is played; also 3mo, 2w, 10d, 5h, P1Y2M',
    "clock set 2027-03-31T09:00     the same, up to a moment in the merchant's time zone",
    '',
    '  --mode  standing: the clock stays at that moment; running: it runs from there; default: as before',
    '  --url   the server (from DATA_DIR/demo.json)',
    "  --key   a key of the merchant with configuration_write (from DATA_DIR/demo.json: the demo merchant's)",
    '',
    'A clock is never set back, and never moved where a gateway charges real cards.',
  ].join('\n'),

  async run(args) {
    const { verb, words, values } = readVerb(
      'clock',
      args,
      {
        mode: { type: 'string' },
        url: { type: 'string' },
        key: { type: 'string' },
      },
      {
        get: ['url', 'key'],
        set: ['<moment>', 'mode', 'url', 'key'],
        advance: ['<span>', 'mode', 'url', 'key'],
      },
    );
    const request = requestOf(verb, words[0], values.mode);
    const server = await serverOf(values);
    const { clock, advance } =
      request === undefined
        ? await server.ask<ClockAnswer>('GET', '/clock')
        : await move(server, request);
    if (advance?.failure_reason !== undefined) throw new Obstacle(advance.failure_reason);
    console.log(lineOf(clock));
  },
};

interface ClockAnswer {
  readonly clock: Clock;
  readonly advance?: ClockAdvance;
}

/** Undefined: only read the clock. */
function requestOf(
  verb: 'get' | 'set' | 'advance',
  word: string | undefined,
  mode: string | undefined,
): ClockRequest | undefined {
  if (mode !== undefined && !['real', 'running', 'standing'].includes(mode))
    throw new UsageError('--mode: give standing, running or real');
  const modePart = mode === undefined ? {} : { mode: mode as NonNullable<Clock['mode']> };
  switch (verb) {
    case 'get':
      return undefined;
    case 'advance':
      if (word === undefined) throw new UsageError('give a span, for example: clock advance 1y');
      return { ...modePart, advance_by: word };
    case 'set':
      if (word === undefined && mode === undefined)
        throw new UsageError('give a moment, for example: clock set 2027-03-31T09:00');
      return { ...modePart, ...(word === undefined ? {} : { now_dts: word }) };
  }
}

interface Server {
  /** Sends a request to /perennial/v1. A refusal becomes an {@link Obstacle} with its message. */
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
}

async function serverOf({
  url,
  key,
}: {
  url?: string | undefined;
  key?: string | undefined;
}): Promise<Server> {
  const demo =
    url !== undefined && key !== undefined
      ? undefined
      : await readDemo(readConfig(process.env).dataDir);
  const baseUrl = url ?? demo?.baseUrl;
  const apiKey = key ?? demo?.apiKey;
  if (baseUrl === undefined || apiKey === undefined)
    throw new Obstacle(
      'there is no demo.json in DATA_DIR; start the server first (npm start), or give --url and --key',
    );
  return {
    async ask<Answer>(method: string, path: string, body?: unknown) {
      const late = new Obstacle(`${baseUrl} did not respond within a minute; see its log`);
      return withTimeLimit(systemClock, answerMsMax, late, async (signal) => {
        const response = await fetch(`${baseUrl}/perennial/v1${path}`, {
          signal,
          method,
          headers: {
            'x-ultracart-simple-key': apiKey,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }).catch(() => {
          throw new Obstacle(
            `no server responds at ${baseUrl}; start it (npm start), or give --url`,
          );
        });
        if (!response.ok)
          throw new Obstacle(
            response.headers.get('uc-rest-error') ?? `${baseUrl} returned ${response.status}`,
          );
        return (await response.json()) as Answer;
      });
    },
  };
}

// An advance that takes longer than one request is followed with short requests.
const answerMsMax = 60_000;

async function readDemo(dataDir: string): Promise<Demo | undefined> {
  const text = await readFile(join(dataDir, 'demo.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Demo);
}

const pollMs = 250;

/** Moves the clock and shows the progress, during the request and afterwards. */
async function move(server: Server, request: ClockRequest): Promise<ClockAnswer> {
  let isAnswered = false;
  const moving = server
    .ask<ClockAnswer>('PUT', '/clock', request)
    .finally(() => (isAnswered = true));
  const watching = watch(server, () => isAnswered);
  const [answer, shown] = await Promise.all([moving, watching]);
  const advance =
    answer.advance &&
    (answer.advance.done ? answer.advance : await follow(server, answer.advance, shown));
  if (advance !== undefined) report(advance, shown);
  return { ...(await server.ask<ClockAnswer>('GET', '/clock')), ...(advance && { advance }) };
}

type Bar = ReturnType<typeof showProgress>;

async function watch(server: Server, isAnswered: () => boolean): Promise<Bar | undefined> {
  let bar: Bar | undefined;
  for (;;) {
    await systemClock.sleep(pollMs);
    if (isAnswered()) return bar;
    // Errors are ignored here, because the request itself reports them better.
    const { advance } = await server
      .ask<ClockAnswer>('GET', '/clock')
      .catch((): Partial<ClockAnswer> => ({}));
    if (advance !== undefined) bar = draw(advance, bar);
  }
}

async function follow(
  server: Server,
  started: ClockAdvance,
  shown: Bar | undefined,
): Promise<ClockAdvance> {
  let advance = started;
  let bar = shown;
  while (advance.done !== true) {
    bar = draw(advance, bar);
    await systemClock.sleep(pollMs);
    ({ advance } = await server.ask<{ advance: ClockAdvance }>(
      'GET',
      `/clock/advances/${started.advance_id}`,
    ));
  }
  return advance;
}

function draw(advance: ClockAdvance, shown: Bar | undefined): Bar {
  const bar = shown ?? showProgress('days played', daysOf(advance.from_dts, advance.to_dts));
  bar.update(daysOf(advance.from_dts, advance.reached_dts));
  return bar;
}

function report(advance: ClockAdvance, bar: Bar | undefined): void {
  if (advance.failure_reason === undefined) bar?.finish();
  console.error(
    `${advance.rebill_count} rebills paid, ${advance.decline_count} charges declined, ` +
      `${advance.notice_count} notices before shipments`,
  );
}

const daysOf = (from: string | undefined, to: string | undefined): number =>
  Math.round((Date.parse(to ?? '') - Date.parse(from ?? '')) / 86_400_000);

function lineOf({ mode, now_dts: now, advance_id: advanceId }: Clock): string {
  const state = {
    real: 'the real time',
    running: 'a test clock that runs',
    standing: 'a test clock that does not run',
  }[mode ?? 'real'];
  return `${now}  ${state}${advanceId === undefined ? '' : ', being advanced'}`;
}
