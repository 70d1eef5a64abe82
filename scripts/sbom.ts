// `npm run sbom [-- folder]`: writes what a release consists of, from the lock file: a bill of materials
// (CycloneDX) and the licences with their texts. The same lock file gives the same files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A package of a release, as the bill of materials has it. */
export interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
}

/** A bill of materials. */
export interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Component[];
}

/**
 * The bill of materials of everything that runs in production, without a time and a number. npm's
 * own `--omit=dev` also leaves out packages that production and development share, so what only
 * development uses is left out here.
 */
export function readBill(): Bill {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const [program, first] = npm && node ? [node, [npm]] : ['npm', []];
  const args = [...first, 'sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const { status, stdout, stderr } = spawnSync(program, [...args, '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  if (status !== 0) throw new Error(`npm sbom failed; it needs npm 10 or newer:\n${stderr}`);
  const { serialNumber: _number, metadata, ...bill } = JSON.parse(stdout);
  const { timestamp: _time, component, ...rest } = metadata;
  const released = releasedPackages();
  return {
    ...bill,
    metadata: { ...rest, component: { ...component, name: 'perennial' } },
    components: bill.components.filter((each: Component) =>
      released.has(`${nameOf(each)}@${each.version}`),
    ),
    dependencies: bill.dependencies.filter(
      ({ ref }: { ref: string }) => released.has(ref) || ref === component['bom-ref'],
    ),
  };
}

/** Name and version of each package in the lock file that is not for development alone. */
export function releasedPackages(): Set<string> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { name?: string; version?: string; dev?: boolean; link?: boolean }>;
  };
  return new Set(
    Object.entries(lock.packages)
      .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
      .map(
        ([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`,
      ),
  );
}

/** The licence that a package declares, as SPDX names it; undefined when it declares none. */
export function licenceOf({ name, licenses = [] }: Component): string | undefined {
  const [first] = licenses;
  return (
    first?.expression ?? first?.license?.id ?? first?.license?.name ?? declaredOtherwise.get(name)
  );
}

// Written in a way that SPDX does not know: "MPL 2.0".
const declaredOtherwise: ReadonlyMap<string, string> = new Map([
  ['incremental-encoder', 'MPL-2.0'],
]);

/** Each package with its licence, and below it the licence's text where the package ships one. */
function licenceTexts(components: readonly Component[]): string {
  return components
    .map((component) => {
      const name = nameOf(component);
      const head = `${name} ${component.version}: ${licenceOf(component) ?? 'no licence declared'}`;
      return `${head}\n${'-'.repeat(head.length)}\n${licenceText(name)}`;
    })
    .join('\n');
}

/** The name as npm knows it, which leads to the folder of the package. */
export const nameOf = ({ purl }: Component): string =>
  decodeURIComponent(/^pkg:npm\/(.+)@[^@]+$/.exec(purl)![1]!);

function licenceText(name: string): string {
  const folder = join(root, 'node_modules', name);
  const file =
    existsSync(folder) && readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  return file ? `${readFileSync(join(folder, file), 'utf8').trim()}\n` : '';
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'sbom';
  const bill = readBill();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
  writeFileSync(join(folder, 'licences.txt'), licenceTexts(bill.components));
  console.log(
    `${bill.components.length} packages: ${folder}/sbom.cdx.json, ${folder}/licences.txt`,
  );
}
