// `npm run bench [name …]`: runs all benchmarks, or those that are named, one after the other, each
// in a separate process. A figure is a ratio of things measured side by side in one run; the last
// lines name the figures that miss their goals.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

const here = new URL('.', import.meta.url).pathname;
const known = globSync('*.ts', { cwd: here })
  .filter((file) => file !== 'run.ts')
  .map((file) => basename(file, '.ts'))
  .sort();
const named = process.argv.slice(2);
const unknown = named.filter((name) => !known.includes(name));

if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exitCode = 2;
} else {
  await run(named.length > 0 ? named : known);
}

async function run(names: readonly string[]): Promise<void> {
  console.log(machine());
  installPeers();
  const figures: string[] = [];
  const failed: string[] = [];
  for (const name of names) {
    console.log(`\n${name}`);
    if (!(await runOne(name, figures))) failed.push(name);
  }
  const missed = figures.filter(isMissed);
  console.log(
    `\n${figures.length} figures, ${missed.length} miss their goal${missed.map((line) => `\n  ${line}`).join('')}`,
  );
  if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
  // A missed goal does not fail the run, because the machine may be busy; a benchmark that breaks
  // does.
  process.exitCode = failed.length > 0 ? 1 : 0;
}

async function runOne(name: string, figures: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [`${here}${name}.ts`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    if (/^figure \S+ ratio /.test(line)) figures.push(line);
  }
  const [code] = await gone;
  return code === 0;
}

function isMissed(line: string): boolean {
  const [, ratio, sign, goal] = /ratio ([\d.]+) goal (>=|<=)([\d.]+)/.exec(line) ?? [];
  return sign === '>=' ? Number(ratio) < Number(goal) : Number(ratio) > Number(goal);
}

/**
 * Installs the package with the programs that the benchmarks compare with. Only this command needs
 * it.
 */
function installPeers(): void {
  if (existsSync(`${here}peers/node_modules/.package-lock.json`)) return;
  console.log('installing what is measured against (bench/peers), once …');
  const { npm_node_execpath: node, npm_execpath: npm } = process.env;
  const [program, ...args] = node && npm ? [node, npm, 'ci'] : ['npm', 'ci'];
  const { status } = spawnSync(
    program,
    [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: `${here}peers`, stdio: 'inherit' },
  );
  if (status !== 0) throw new Error('npm ci failed in bench/peers; is the npm registry reachable?');
}

function machine(): string {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return (
    `Machine: ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ` +
    `${memory}, ${type()} ${release()}, Node ${process.version}`
  );
}
